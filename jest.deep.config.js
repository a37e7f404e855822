const fast = require('./jest.config');

/**
 * The tests that need minutes, a browser or many processes: `npm run test:deep`. One file alone leaves the machine idle
 * for half of its time, waiting for what it stopped, so two run side by side.
 */
module.exports = {
  ...fast,
  testMatch: ['<rootDir>/test/**/*.deep.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
};
