export { keepAlive } from './kernel/keep-alive.js';
export { outsideScopes } from './kernel/outside-scopes.js';
export { ShutdownSignals } from './context/shutdown-signals.js';
export { quote } from './errors/quote.js';
export { TENANT_CATALOG } from './multitenancy.tokens.js';
export { backoffMs } from './registry/backoff.js';
export type { Timer } from './registry/clock.js';
export type { MaybePromise } from './tenant/maybe-promise.js';
export type { SynchronousTenantCatalog } from './tenant/tenant-catalog.js';
export { pageOf } from './tenant/tenant-page.js';
export {
  assertChangeable,
  changedTenantRecord,
  freezeTenant,
  newTenantRecord,
  renamedTenantRecord,
  transitionedTenantRecord,
} from './tenant/tenant-record.js';
