import { MultitenancyError } from './multitenancy.error.js';
import { quote } from './quote.js';

/** No resolver applies on a route that needs a tenant (400). */
export class TenantRequiredError extends MultitenancyError {
  constructor() {
    super(
      'MT_TENANT_REQUIRED',
      'This route needs a tenant and the request names none. Name one the way this service expects: by host, path, header, token or user@domain.',
    );
  }
}

/** An identifier is malformed or ambiguous (400). */
export class TenantIdentifierInvalidError extends MultitenancyError {
  constructor(reason: string) {
    super('MT_TENANT_IDENTIFIER_INVALID', `The tenant identifier cannot be used: ${reason}.`);
  }
}

/** A token that should name the tenant is not valid (401). */
export class TenantTokenInvalidError extends MultitenancyError {
  constructor(reason: string, cause?: unknown) {
    super('MT_TENANT_TOKEN_INVALID', `The token cannot be trusted: ${reason}. Sign in again.`, { cause });
  }
}

/** The catalog knows no such tenant (404). */
export class TenantUnknownError extends MultitenancyError {
  /** @param identifier the name that was looked up; `null` = not to be shown */
  constructor(identifier: string | null, cause?: unknown) {
    const message =
      identifier === null ? 'There is no such tenant for you here.' : `There is no tenant ${quote(identifier)}.`;
    super('MT_TENANT_UNKNOWN', message, { cause });
  }

  /** One that reveals nothing, in place of the error that it has as its `cause`. */
  static inPlaceOf(cause: MultitenancyError | undefined): TenantUnknownError {
    return new TenantUnknownError(null, cause);
  }
}

/** Two sources of one request name different tenants (403). The message does not say which. */
export class TenantConflictError extends MultitenancyError {
  constructor() {
    super(
      'MT_TENANT_CONFLICT',
      'The request names two different tenants. Use credentials of the tenant that you address.',
    );
  }
}

/** The principal may not act here: no member, or a route of the super tenant (403). */
export class TenantForbiddenError extends MultitenancyError {
  constructor(reason: string, tenantId?: string) {
    super('MT_TENANT_FORBIDDEN', reason, { tenantId });
  }
}

/** The tenant is suspended or being deleted (403). */
export class TenantSuspendedError extends MultitenancyError {
  constructor(tenantId: string, status: string) {
    super('MT_TENANT_SUSPENDED', `Tenant ${quote(tenantId)} is ${status}. Its operator can say why.`, { tenantId });
  }
}

/** The tenant is still being set up (503, try again). */
export class TenantProvisioningError extends MultitenancyError {
  constructor(tenantId: string) {
    super('MT_TENANT_PROVISIONING', `Tenant ${quote(tenantId)} is still being set up. Try again shortly.`, {
      tenantId,
    });
  }
}
