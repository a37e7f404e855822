const { oneWay, options, rooms } = require('./.dependency-rooms.cjs');

const production = Object.keys(rooms).filter((room) => room !== 'sandbox');

/**
 * What is left of the imports when the program runs; .dependency-cruiser.types.cjs looks at those of types too.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    ...oneWay(rooms),
    {
      name: 'workflows-touch-nothing',
      comment: 'Workflow code is replayed: it may use the deterministic half of the SDK and nothing of the world.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { pathNot: ['^(workflows|messages|domain)/', '^node_modules/@temporalio/(workflow|common)/'] },
    },
    {
      name: 'domain-is-pure',
      comment: 'The words all share need no library, and no part of Node.',
      severity: 'error',
      from: { path: '^domain/' },
      to: { pathNot: '^domain/' },
    },
    { name: 'no-cycles', severity: 'error', from: { pathNot: '^prisma/generated/' }, to: { circular: true } },
    {
      name: 'no-dev-dependencies',
      comment: 'What runs in production is installed in production.',
      severity: 'error',
      from: { path: `^(${production.join('|')})/`, pathNot: '^prisma/generated/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'not-found', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: { ...options, babelConfig: { fileName: '.dependency-cruiser.babel.json' } },
};
