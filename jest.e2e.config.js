/** The suites that need real engines; see test/e2e/README.md. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  roots: ['<rootDir>/test/e2e'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 600_000,
  // what a test that failed left running must not keep the whole run
  forceExit: true,
};
