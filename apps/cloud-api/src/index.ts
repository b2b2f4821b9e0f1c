export { CloudApiOptionsError } from './cloud-api-options.error.js';
export type { CloudApiClient, CloudApiOptions } from './cloud-api.options.js';
export { createCloudApi } from './create-cloud-api.js';
export type { AccountHold } from './monitor/account-traffic.js';
export { CloudApiMonitor } from './monitor/cloud-api-monitor.js';
export type { AccountCounts, CloudApiSurface } from './monitor/cloud-api-monitor.js';
export type { Server, ServerPage, ServerSize } from './servers/server.js';
