import { isHidden } from '../../errors/refusals.js';
import type { Refusals } from '../../errors/refusals.js';
import type { MultitenancyError } from '../../errors/multitenancy.error.js';
import { TenantUnknownError } from '../../errors/tenant.errors.js';
import { toProblem } from './problem.js';
import type { ProblemAnswer } from './problem.js';

const NO_SUCH_TENANT: ProblemAnswer = toProblem(TenantUnknownError.inPlaceOf(undefined));

/**
 * The answer of an application to an error: as {@link toProblem}, unless its refusals are uniform and the error reveals
 * whether a tenant exists. For code that answers without the exception filter, such as a transport at its handshake.
 */
export function problemOf(error: MultitenancyError, refusals: Refusals): ProblemAnswer {
  return isHidden(error, refusals) ? NO_SUCH_TENANT : toProblem(error);
}
