export { ERROR_CODES, errorCodeInfo } from './errors/error-codes.js';
export type { ErrorCode, ErrorCodeInfo } from './errors/error-codes.js';
export { MultitenancyError } from './errors/multitenancy.error.js';
export type { ErrorResponse, MultitenancyErrorDetails } from './errors/multitenancy.error.js';
export {
  CatalogTimeoutError,
  CatalogUnavailableError,
  TenantExistsError,
  TenantFieldInvalidError,
  TenantStaleError,
  TenantTransitionRefusedError,
} from './errors/catalog.errors.js';
export {
  RegistryCapacityError,
  RegistryClosedError,
  TemplateMissingError,
  TenantClientCreateFailedError,
  TenantClientCreateTimeoutError,
  TenantClientExistsError,
  TenantClientFactoryFaultError,
  TenantClientNotAcquiredError,
  TenantClientNotFoundError,
  TenantClientRecursiveError,
} from './errors/client.errors.js';
export {
  TenantConflictError,
  TenantForbiddenError,
  TenantIdentifierInvalidError,
  TenantProvisioningError,
  TenantRequiredError,
  TenantSuspendedError,
  TenantTokenInvalidError,
  TenantUnknownError,
} from './errors/tenant.errors.js';
export { TenantEnvelopeInvalidError, TenantEnvelopeUntrustedError } from './errors/message.errors.js';
export { FormatsMixedError, PeerUnsupportedError } from './errors/package.errors.js';
export { ScopeHookFailedError, ScopeHookTimeoutError } from './errors/hook.errors.js';
export { TenantScopeEndedError } from './errors/scope.errors.js';
export {
  ArgumentInvalidError,
  OptionsInvalidError,
  TenantContextMissingError,
  TenantResolverFailedError,
} from './errors/usage.errors.js';

export { InMemoryTenantCatalog } from './catalog/in-memory-tenant-catalog.js';
export { SUPER_TENANT, SUPER_TENANT_ID } from './tenant/super-tenant.js';
export type {
  NewTenant,
  TenantCatalogReader,
  TenantCatalogWriter,
  TenantChangeOptions,
  TenantChanges,
  TenantFilter,
  TenantListQuery,
  TenantPage,
  TenantSort,
} from './catalog/tenant-catalog.js';
export { isTenantId, tenantId } from './tenant/tenant-id.js';
export type { TenantId } from './tenant/tenant-id.js';
export { canonicalIdentifier, isDomain } from './tenant/tenant-identifier.js';
export { TENANT_STATUSES } from './tenant/tenant.js';
export type { JsonObject, JsonValue, Tenant, TenantStatus } from './tenant/tenant.js';
export { CachedTenantCatalog } from './catalog/cached-tenant-catalog.js';
export type { CachedTenantCatalogOptions } from './catalog/cached-tenant-catalog.js';
export type {
  ResolutionOutcome,
  ResolutionTrace,
  ResolutionTraceEntry,
  ResolverTrust,
} from './tenant/resolution-outcome.js';

export { agreesWithBalancer } from './resolution/agrees-with-balancer.js';
export type { BalancerAgreementOptions } from './resolution/agrees-with-balancer.js';
export { fromHeader } from './resolution/from-header.js';
export type { FromHeaderOptions } from './resolution/from-header.js';
export { fromHost } from './resolution/from-host.js';
export type { FromHostOptions, HostTenantResolver } from './resolution/from-host.js';
export { fromJwtClaim } from './resolution/from-jwt-claim.js';
export type { FromJwtClaimOptions } from './resolution/from-jwt-claim.js';
export { fromPath } from './resolution/from-path.js';
export type { FromPathOptions, PathTenantResolver } from './resolution/from-path.js';
export { describeTenantPaths } from './resolution/describe-tenant-paths.js';
export type { OpenApiPaths, TenantPathsOptions } from './resolution/describe-tenant-paths.js';
export { fromUsername } from './resolution/from-username.js';
export type { FromUsernameOptions } from './resolution/from-username.js';
export type { TenantRequest } from './resolution/tenant-request.js';
export { notApplicable, rejected, resolved } from './resolution/tenant-resolver.js';
export type { ResolverAnswer, TenantResolver, TenantResolverFunction } from './resolution/tenant-resolver.js';

export { TENANT_AUDIT_CHANNEL } from './observability/audit/tenant-audit.js';
export type { TenantAuditEvent } from './observability/audit/tenant-audit.js';

export { TENANT_REQUEST_ENDED_CHANNEL, TENANT_REQUEST_STARTED_CHANNEL } from './observability/request-events.js';
export type { TenantRequestEvent } from './observability/request-events.js';
export { TENANT_REFUSAL_CHANNEL, TENANT_SCOPE_CHANNEL } from './observability/scope-events.js';
export type { TenantRefusalEvent, TenantScopeEvent } from './observability/scope-events.js';

export type { ForEachReport, ForEachTenantOptions } from './context/for-each-tenant.js';
export { InTenantScope } from './context/in-tenant-scope.js';
export type { InTenantScopeOptions } from './context/in-tenant-scope.js';
export { PerTenantScope } from './context/per-tenant-scope.js';
export { TenantContext } from './context/tenant-context.js';
export type { RunOptions } from './context/tenant-context.js';

export { systemClock } from './kernel/clock.js';
export type { Clock } from './kernel/clock.js';
export type { BaseLease, BaseRegistry } from './registry/base-registry.js';
export type { TenantClientLease } from './registry/lease.js';
export type { RegistryEventMap, RegistryEventName, RegistryListener } from './registry/registry-events.js';
export { DEFAULT_REGISTRY_LIMITS } from './registry/registry-options.js';
export type {
  ClientDisposal,
  ClientFactoryContext,
  EvictionCause,
  RegistryLimits,
  TenantClientRegistryOptions,
} from './registry/registry-options.js';
export type { CreationTimes, RegistryStats } from './registry/registry-stats.js';
export type {
  AcquireOptions,
  AddOptions,
  ClientSnapshot,
  CloseOptions,
  CloseReport,
  CreateOptions,
  EvictedClient,
  OnExisting,
} from './registry/registry-types.js';
export { TenantClientRegistries } from './clients/tenant-client-registries.js';
export { TenantClientRegistry } from './registry/tenant-client-registry.js';
export type { TenantPresenceEventMap } from './clients/tenant-presence.js';

export { provideFromTenantClient } from './clients/provide-from-tenant-client.js';
export type { TenantClientDerivation } from './clients/provide-from-tenant-client.js';
export { InjectTenantClient, InjectTenantClientRegistry, UseTenantClients } from './clients/client.decorators.js';
export { getTenantClientRegistryToken, getTenantClientToken } from './clients/tenant-client-tokens.js';

export type { CentralRoute } from './guards/central-routes.js';
export { CurrentTenant, SuperTenantOnly, TenantOptional } from './guards/guard.decorators.js';
export { SuperTenantGuard } from './guards/super-tenant.guard.js';
export { TenantMembershipGuard } from './guards/tenant-membership.guard.js';
export type { TenantMembership } from './guards/tenant-membership.guard.js';
export { TenantGuard } from './guards/tenant.guard.js';

export { MultitenancyExceptionFilter } from './http/answers/multitenancy-exception.filter.js';
export { PROBLEM_MEDIA_TYPE, toProblem } from './http/answers/problem.js';
export type { ProblemAnswer } from './http/answers/problem.js';

export type { SealedMessage } from './messages/sealed-message.js';
export { TenantMessages } from './messages/tenant-messages.js';
export type { MessageOrigin, ReceivedMessage } from './messages/tenant-messages.js';
export type { TenantEnvelope } from './messages/tenant-envelope.js';

export { currentTenantId } from './observability/logging/current-tenant-id.js';
export { TenantLogger } from './observability/logging/tenant-logger.js';
export type { TenantLoggerOptions } from './observability/logging/tenant-logger.js';
export { tenantLogMixin } from './observability/logging/tenant-log-mixin.js';

export { startCleanup } from './clients/cleanup/start-cleanup.js';
export type { CleanableRegistry, StartCleanupOptions } from './clients/cleanup/start-cleanup.js';
export { CLEANUP_JOB, TenantClientCleanup } from './clients/cleanup/tenant-client-cleanup.js';

export { TenantEagerLoader } from './clients/loading/eager-loader.js';
export type { LoadingProgress } from './clients/loading/eager-loader.js';
export type { LoadingOptions } from './clients/loading/loading-options.js';
export type { ShutdownOptions } from './module/shutdown/shutdown-options.js';

export { TenantSettings, withDefaultSettings } from './tenant/tenant-settings.js';
export type {
  SettingsIssue,
  SettingsSchema,
  SettingsVerdict,
  TenantSettingsOptions,
} from './tenant/tenant-settings.js';

export { MultitenancyModule } from './module/multitenancy.module.js';
export type {
  CleanupOptions,
  MessagesOptions,
  MultitenancyAsyncOptions,
  MultitenancyOptions,
  MultitenancyOptionsFactory,
  TenantClientAsyncFeature,
  TenantClientFeature,
  TenantClientOptions,
} from './module/multitenancy.options.js';
