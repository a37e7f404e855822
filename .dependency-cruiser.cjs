const { oneWay, options, rooms } = require('./.dependency-rooms.cjs');

const production = Object.keys(rooms).filter((room) => room !== 'sandbox');

/**
 * Checks the imports that exist at run time. .dependency-cruiser.types.cjs also checks imports of types.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    ...oneWay(rooms),
    {
      name: 'workflows-touch-nothing',
      comment: 'Workflow code is replayed, so it may import only the deterministic part of the SDK.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { pathNot: ['^(workflows|messages|domain)/', '^node_modules/@temporalio/(workflow|common)/'] },
    },
    {
      name: 'domain-is-pure',
      comment: 'The domain needs no library, and no part of Node.',
      severity: 'error',
      from: { path: '^domain/' },
      to: { pathNot: '^domain/' },
    },
    { name: 'no-cycles', severity: 'error', from: { pathNot: '^prisma/generated/' }, to: { circular: true } },
    {
      name: 'no-dev-dependencies',
      comment: 'Code that runs in production may not import development dependencies.',
      severity: 'error',
      from: { path: `^(${production.join('|')})/`, pathNot: '^prisma/generated/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'not-found', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    ...options,
    // Packages of their own, with what they need beside them; and what was built.
    exclude: { path: ['^bench/peers/', '/dist/'] },
    babelConfig: { fileName: '.dependency-cruiser.babel.json' },
  },
};
