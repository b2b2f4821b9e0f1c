import type { ErrorCode } from './error-codes.js';
import { MultitenancyError } from './multitenancy.error.js';
import { TenantUnknownError } from './tenant.errors.js';

/**
 * What clients learn about a tenant that is not for them.
 *
 * - `full`: each reason with its own code and status
 * - `opaque`: every reason as if there were no such tenant
 */
export type ErrorDetail = 'full' | 'opaque';

/** Injection token of the {@link ErrorDetail} of an application; for code that answers without the exception filter. */
export const TENANT_ERROR_DETAIL = Symbol('tenantry.error-detail');

/** Codes that distinguish a tenant that exists from one that does not. A conflict does: only known names can conflict. */
const REVEALING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'MT_TENANT_UNKNOWN',
  'MT_TENANT_CONFLICT',
  'MT_TENANT_FORBIDDEN',
  'MT_TENANT_SUSPENDED',
  'MT_TENANT_PROVISIONING',
]);

/** Whether opaque error detail keeps this error from the client. */
export function isHidden({ code }: MultitenancyError, errorDetail: ErrorDetail): boolean {
  return errorDetail === 'opaque' && REVEALING.has(code);
}

/**
 * The error as exception filters of the application may see it: with opaque error detail one that reveals nothing, and
 * has the true one as its `cause`.
 */
export function presentedError(error: MultitenancyError, errorDetail: ErrorDetail): MultitenancyError {
  return isHidden(error, errorDetail) ? TenantUnknownError.inPlaceOf(trueError(error)) : error;
}

/** The error that {@link presentedError} has replaced; any other error as it is. */
export function trueError(error: MultitenancyError): MultitenancyError {
  return error instanceof TenantUnknownError && error.cause instanceof MultitenancyError ? error.cause : error;
}
