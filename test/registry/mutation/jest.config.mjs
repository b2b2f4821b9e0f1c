import { fileURLToPath } from 'node:url';
import config from '../../../jest.config.mjs';

process.env.TENANTRY_HISTORIES ??= '100';
process.env.TENANTRY_SEED ??= '20261121';
process.env.TENANTRY_SHRINK ??= 'no';

const { globalSetup: _setup, globalTeardown: _teardown, moduleNameMapper, ...shared } = config;
const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Mutation testing runs the registry's specs alone: no Nest, no database, no processes, short histories from one seed. */
export default {
  ...shared,
  rootDir: pathOf('../../..'),
  roots: ['<rootDir>/test/registry', '<rootDir>/libs/core/src/registry'],
  testMatch: ['**/mutation/all-specs.ts', '**/model.spec.ts'],
  testEnvironment: pathOf('first-failure-environment.cjs'),
  runner: pathOf('first-failure-runner.cjs'),
  testTimeout: 5_000,
  moduleNameMapper: {
    '^@tenantry/core$': '<rootDir>/libs/core/src/registry/tenant-client-registry.ts',
    ...moduleNameMapper,
  },
};
