const { oneWay, options, rooms } = require('./.dependency-rooms.cjs');

/** The same rules for imports of types, with what only a type may cross: the activities that a workflow calls, the API's answers. */
module.exports = {
  forbidden: [
    ...oneWay({
      ...rooms,
      workflows: [...rooms.workflows, 'activities'],
      sandbox: [...rooms.sandbox, 'api'],
    }),
    {
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: ['^prisma/generated/', '^workflows/order/'] },
      to: { circular: true },
    },
  ],
  options: { ...options, tsPreCompilationDeps: true },
};
