const { join } = require('node:path');

// By alias, as TypeScript, Vite, Jest and knip find them too. As workspaces of npm they would be in the lock file, and
// every installation would have to find their folders.
module.exports = { resolve: { alias: { '@holdfast/client$': join(__dirname, 'packages/client/src/index.ts') } } };
