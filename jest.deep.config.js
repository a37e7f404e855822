const fast = require('./jest.config');

/** The tests that need minutes, a browser or many processes: `npm run test:deep`. */
module.exports = {
  ...fast,
  testMatch: ['<rootDir>/test/**/*.deep.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
};
