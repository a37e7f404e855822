// Imports point one way: domain ← platform ← activities ← worker, domain ← workflows ← api. What a room may import besides itself:
const rooms = {
  domain: [],
  platform: ['domain', 'prisma/generated'],
  emails: ['domain'],
  workflows: ['domain'],
  activities: ['domain', 'platform', 'emails', 'workflows/messages', 'prisma/generated'],
  worker: ['domain', 'platform', 'activities', 'workflows', 'prisma/generated'],
  api: ['domain', 'platform', 'workflows/messages', 'workflows/routing', 'prisma/generated'],
  prisma: ['domain', 'platform'],
  sandbox: ['domain', 'platform', 'workflows/messages', 'prisma'],
};

const everywhere = [...Object.keys(rooms), 'storefront', 'test', 'bench'];

/** A rule for each room: it imports nothing of ours but itself and what is named. */
const oneWay = (allowedIn) =>
  Object.entries(allowedIn).map(([room, allowed]) => ({
    name: `${room}-imports`,
    comment: `${room} may import ${['itself', ...allowed].join(', ')}.`,
    severity: 'error',
    from: { path: `^${room}/`, pathNot: '^prisma/generated/' },
    to: {
      path: `^(${everywhere.join('|')})/`,
      pathNot: [room, ...allowed].map((folder) => `^${folder}(/|\\.ts$)`),
    },
  }));

const options = {
  doNotFollow: { path: ['node_modules', '^prisma/generated'] },
  enhancedResolveOptions: {
    extensions: ['.ts', '.tsx', '.js', '.cjs', '.mjs'],
    exportsFields: ['exports'],
    conditionNames: ['require', 'node', 'import', 'default'],
  },
};

module.exports = { oneWay, options, rooms };
