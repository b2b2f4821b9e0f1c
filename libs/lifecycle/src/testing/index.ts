export { lifecycleOn, provisioner } from './lifecycle-bench.js';
export type { Cast, StoreUnderTest } from './lifecycle-bench.js';
export { quickClock } from './quick-clock.js';
export { describeTenantLifecycle } from './tenant-lifecycle.contract.js';
