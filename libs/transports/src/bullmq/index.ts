export type { TenantJobRun } from './tenant-worker-host.js';
export { TenantWorkerHost } from './tenant-worker-host.js';
export { TenantFlowProducer } from './tenant-flow-producer.js';
export type { TenantJobScheduler, TenantJobToAdd } from './tenant-queue.js';
export { TenantQueue } from './tenant-queue.js';
