export { keepAlive } from './kernel/keep-alive.js';
export { outsideScopes } from './kernel/outside-scopes.js';
export { ShutdownSignals } from './context/shutdown-signals.js';
export { assertPeers } from './module/startup-checks/unsupported-peers.js';
export type { PeerOwner } from './module/startup-checks/unsupported-peers.js';
export { quote } from './errors/quote.js';
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
} from './catalog/tenant-record.js';
export { DEFAULT_CLIENT_KIND, getTenantClientOptionsToken } from './clients/tenant-client-tokens.js';
export { handlersOf } from './clients/reach/nest-graph.js';
export type { Module } from './clients/reach/nest-graph.js';
export type { InvalidatableTenantCatalog } from './catalog/tenant-catalog.js';
export { checkedListLimit } from './catalog/tenant-record.js';
export { assertTenantFilter } from './catalog/tenant-filter.js';
export { TenantDirectory } from './catalog/tenant-directory.js';
export type { CatalogLookUps } from './catalog/tenant-directory.js';
export { publishAudit } from './observability/audit/tenant-audit.js';
export type { PublishedAuditEvent } from './observability/audit/tenant-audit.js';
export { TenantApplication } from './observability/tenant-application.js';
export type { OfApplication } from './observability/tenant-application.js';
export { TenantProbes } from './observability/tenant-probes.js';
export type { TenantProbe } from './observability/tenant-probes.js';
export { rejectedOutcome, TenantScopes } from './context/tenant-scopes.js';
export type { NamedTenant, OpenTenantScope } from './context/tenant-scopes.js';
export type { HookedScope, ScopeExit, ScopeHook } from './context/scope-hook.js';
export { ScopeHooks } from './context/scope-hooks.js';
export type { EntryStep, TenantEntry } from './http/entry-step.js';
export { EntrySteps } from './http/entry-steps.js';
export { OpenScopes } from './context/open-scopes.js';
export { problemOf } from './http/answers/problem-of.js';
export { TENANT_ERROR_DETAIL } from './errors/error-detail.js';
export type { ErrorDetail } from './errors/error-detail.js';
export { HttpHandshake } from './http/http-handshake.js';
export { TenantSync } from './sync/tenant-sync.js';
export type { ChangedTenant, TenantChangeListener } from './sync/tenant-sync.js';
export { TenantEntryPoints } from './module/tenant-entry-points.js';
export { numberArgument } from './kernel/argument-checks.js';
export { catalogError } from './errors/catalog.errors.js';
export { decodeCursor, encodeCursor } from './kernel/cursor.js';
export { pause, withinDeadline } from './kernel/deadline.js';
export type { Deadline } from './kernel/deadline.js';
export {
  booleanOption,
  choiceOption,
  functionOption,
  isInRange,
  methodsOption,
  numberOption,
  objectOption,
  patternOption,
  rangeText,
  textOption,
  textsOption,
} from './kernel/option-checks.js';
export type { NumberRange } from './kernel/option-checks.js';
export { forEachConcurrently } from './kernel/worker-pool.js';
export { BoundedMap } from './kernel/bounded-map.js';
