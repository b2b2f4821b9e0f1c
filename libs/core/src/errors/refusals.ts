import type { ErrorCode } from './error-codes.js';
import { MultitenancyError } from './multitenancy.error.js';
import { TenantUnknownError } from './tenant.errors.js';

/**
 * What clients learn about a tenant that is not for them.
 *
 * - `distinct`: each reason with its own code and status
 * - `uniform`: every reason as if there were no such tenant
 */
export type Refusals = 'distinct' | 'uniform';

/** Injection token of the {@link Refusals} of an application; for code that answers without the exception filter. */
export const TENANT_REFUSALS = Symbol('tenantry.refusals');

/** Codes that distinguish a tenant that exists from one that does not. A conflict does: only known names can conflict. */
const REVEALING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'MT_TENANT_UNKNOWN',
  'MT_TENANT_CONFLICT',
  'MT_TENANT_FORBIDDEN',
  'MT_TENANT_SUSPENDED',
  'MT_TENANT_PROVISIONING',
]);

/** Whether uniform refusals keep this error from the client. */
export function isHidden({ code }: MultitenancyError, refusals: Refusals): boolean {
  return refusals === 'uniform' && REVEALING.has(code);
}

/**
 * The error as exception filters of the application may see it: with uniform refusals one that reveals nothing, and
 * has the true one as its `cause`.
 */
export function presentedError(error: MultitenancyError, refusals: Refusals): MultitenancyError {
  return isHidden(error, refusals) ? TenantUnknownError.inPlaceOf(trueError(error)) : error;
}

/** The error that {@link presentedError} has replaced; any other error as it is. */
export function trueError(error: MultitenancyError): MultitenancyError {
  return error instanceof TenantUnknownError && error.cause instanceof MultitenancyError ? error.cause : error;
}
