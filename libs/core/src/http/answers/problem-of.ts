import { isHidden } from '../../errors/error-detail.js';
import type { ErrorDetail } from '../../errors/error-detail.js';
import type { MultitenancyError } from '../../errors/multitenancy.error.js';
import { TenantUnknownError } from '../../errors/tenant.errors.js';
import { toProblem } from './problem.js';
import type { ProblemAnswer } from './problem.js';

const NO_SUCH_TENANT: ProblemAnswer = toProblem(TenantUnknownError.inPlaceOf(undefined));

/**
 * The answer of an application to an error: as {@link toProblem}, unless its error detail is opaque and the error reveals
 * whether a tenant exists. For code that answers without the exception filter, such as a transport at its handshake.
 */
export function problemOf(error: MultitenancyError, errorDetail: ErrorDetail): ProblemAnswer {
  return isHidden(error, errorDetail) ? NO_SUCH_TENANT : toProblem(error);
}
