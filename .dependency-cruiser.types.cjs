const { oneWay, options, rooms } = require('./.dependency-rooms.cjs');

/**
 * The same rules for imports of types, plus what only types may cross: activities in workflows, the API in the
 * sandbox.
 */
module.exports = {
  forbidden: [
    ...oneWay({
      ...rooms,
      workflows: [...rooms.workflows, 'activities'],
      sandbox: [...rooms.sandbox, 'api'],
    }),
    { name: 'no-cycles', severity: 'error', from: { pathNot: '^prisma/generated/' }, to: { circular: true } },
  ],
  options: { ...options, tsPreCompilationDeps: true },
};
