export { keepAlive } from './kernel/keep-alive.js';
export { outsideScopes } from './kernel/outside-scopes.js';
export { ShutdownSignals } from './context/shutdown-signals.js';
export { quote } from './kernel/quote.js';
export { TENANT_CATALOG } from './module/multitenancy.tokens.js';
export { backoffMs } from './kernel/backoff.js';
export type { Timer } from './kernel/clock.js';
export type { MaybePromise } from './kernel/maybe-promise.js';
export type { SynchronousTenantCatalog } from './catalog/tenant-catalog.js';
export { pageOf } from './catalog/tenant-page.js';
export {
  assertChangeable,
  changedTenantRecord,
  freezeTenant,
  newTenantRecord,
  renamedTenantRecord,
  transitionedTenantRecord,
} from './tenant/tenant-record.js';
export { DEFAULT_CLIENT_KIND, getTenantClientOptionsToken } from './clients/tenant-client-tokens.js';
export { handlersOf } from './clients/reach/nest-graph.js';
export type { Module } from './clients/reach/nest-graph.js';
