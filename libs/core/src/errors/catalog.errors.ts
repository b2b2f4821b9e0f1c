import { MultitenancyError } from './multitenancy.error.js';
import { quote } from './quote.js';

/** The catalog cannot be asked and nothing fresh enough is cached (503). An outage never counts as "unknown tenant". */
export class CatalogUnavailableError extends MultitenancyError {
  constructor(cause: unknown, message = 'The tenant catalog cannot be asked at the moment. Try again shortly.') {
    super('MT_CATALOG_UNAVAILABLE', message, { cause });
  }
}

/** What a failed call of the catalog throws: an error of ours as it is, anything else as an outage. */
export function catalogError(error: unknown): MultitenancyError {
  return error instanceof MultitenancyError ? error : new CatalogUnavailableError(error);
}

/** The catalog did not answer in time (503, `MT_CATALOG_UNAVAILABLE`). An outage like any other. */
export class CatalogTimeoutError extends CatalogUnavailableError {
  /** @param timeoutMs how long it was waited for, milliseconds */
  constructor(timeoutMs: number) {
    super(
      undefined,
      `The tenant catalog did not answer within ${timeoutMs} ms. Try again shortly; if it lasts, check the catalog's server, or raise timeoutMs of CachedTenantCatalog.`,
    );
  }
}

/** An id, domain or alias is taken already, by this tenant or another (409). Nothing was written. */
export class TenantExistsError extends MultitenancyError {
  constructor(field: 'id' | 'domain' | 'aliases', value: string) {
    super('MT_TENANT_EXISTS', `The ${field} ${quote(value)} is taken. Choose another; ids are never reused.`);
  }
}

/** The tenant's status does not allow this change (409). Nothing was written. */
export class TenantTransitionRefusedError extends MultitenancyError {
  constructor(tenantId: string, reason: string) {
    super('MT_TENANT_TRANSITION_REFUSED', `Tenant ${quote(tenantId)}: ${reason}.`, { tenantId });
  }
}

/** The tenant has been changed since it was read (409). Read it again and repeat. */
export class TenantStaleError extends MultitenancyError {
  constructor(tenantId: string, expected: number, actual: number) {
    super(
      'MT_TENANT_STALE',
      `Tenant ${quote(tenantId)} is at generation ${actual}, not ${expected}. Read it again and repeat the change.`,
      { tenantId },
    );
  }
}

/** A field of a tenant record is not acceptable (400). Nothing was written. */
export class TenantFieldInvalidError extends MultitenancyError {
  /** Which field. */
  readonly field: string;

  constructor(field: string, value: unknown, allowed: string) {
    super('MT_TENANT_FIELD_INVALID', `${field} ${quote(value)} is not allowed: ${allowed}.`);
    this.field = field;
  }
}
