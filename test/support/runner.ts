import type { TestRunner } from '@tenantry/core/testing';

/** Jest's functions, for the contract suites. */
export const runner: TestRunner = { describe, it, beforeAll, beforeEach, afterAll, expect };
