// Imports point one way: domain ← messages ← platform ← store ← activities ← worker, messages ← workflows, store ← api.
// What each room may import besides itself:
const rooms = {
  domain: [],
  messages: ['domain'],
  platform: ['domain', 'messages'],
  emails: ['domain'],
  store: ['domain', 'messages', 'platform', 'prisma/generated'],
  workflows: ['domain', 'messages'],
  activities: ['domain', 'messages', 'platform', 'store', 'emails'],
  worker: ['domain', 'messages', 'platform', 'store', 'activities', 'workflows'],
  api: ['domain', 'messages', 'platform', 'store'],
  prisma: ['domain', 'platform', 'store', 'activities/catalogue'],
  commands: ['domain', 'messages', 'platform', 'store', 'activities', 'api/admin', 'prisma/migrate'],
  packages: [],
  storefront: ['domain', 'packages'],
  sandbox: ['domain', 'messages', 'platform', 'store', 'emails', 'activities/catalogue', 'prisma'],
};

const everywhere = [...Object.keys(rooms), 'test', 'bench'];

/** A rule for each room: of our own code, it imports only itself and the rooms named. */
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
  // Where the packages of this repository are, for those who import them by their names.
  webpackConfig: { fileName: '.dependency-aliases.cjs' },
};

module.exports = { oneWay, options, rooms };
