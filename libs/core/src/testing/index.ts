export { describeTenantCatalog } from './tenant-catalog.contract.js';
export type { TenantCatalog } from './tenant-catalog.contract.js';
export { eachOf } from './test-runner.js';
export type { AsyncExpectation, Each, Expectation, TestRunner } from './test-runner.js';
