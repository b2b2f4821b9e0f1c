export { ERROR_CODES, errorCodeInfo } from './errors/error-codes.js';
export type { ErrorCode, ErrorCodeInfo } from './errors/error-codes.js';
export { MultitenancyError } from './errors/multitenancy.error.js';
export type { MultitenancyErrorDetails } from './errors/multitenancy.error.js';
export {
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
export { ArgumentInvalidError, OptionsInvalidError, TenantContextMissingError } from './errors/usage.errors.js';

export { InMemoryTenantCatalog } from './tenant/in-memory-tenant-catalog.js';
export { SUPER_TENANT, SUPER_TENANT_ID } from './tenant/super-tenant.js';
export type {
  NewTenant,
  SynchronousTenantCatalog,
  TenantCatalogReader,
  TenantCatalogWriter,
  TenantChangeOptions,
  TenantChanges,
  TenantFilter,
  TenantListQuery,
  TenantPage,
} from './tenant/tenant-catalog.js';
export { isTenantId, tenantId } from './tenant/tenant-id.js';
export type { TenantId } from './tenant/tenant-id.js';
export { canonicalIdentifier, isDomain } from './tenant/tenant-identifier.js';
export {
  assertChangeable,
  changedTenantRecord,
  checkedListLimit,
  freezeTenant,
  newTenantRecord,
  renamedTenantRecord,
  transitionedTenantRecord,
} from './tenant/tenant-record.js';
export { TENANT_STATUSES } from './tenant/tenant.js';
export type { JsonObject, JsonValue, Tenant, TenantStatus } from './tenant/tenant.js';
