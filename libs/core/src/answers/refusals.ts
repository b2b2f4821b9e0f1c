import type { ErrorCode } from '../errors/error-codes.js';
import { errorCodeInfo } from '../errors/error-codes.js';
import type { MultitenancyError } from '../errors/multitenancy.error.js';
import { PROBLEM_MEDIA_TYPE, toProblem } from './problem.js';
import type { ProblemAnswer } from './problem.js';

/**
 * How clients are told that a tenant is not for them.
 *
 * - `distinct`: each reason with its own code and status
 * - `uniform`: every reason as if there were no such tenant
 */
export type Refusals = 'distinct' | 'uniform';

/** Injection token of the {@link Refusals} of an application; for whoever answers without the exception filter. */
export const TENANT_REFUSALS = Symbol('tenantry.refusals');

/** What tells a tenant that exists from one that does not. A conflict does: only names that are known can conflict. */
const TELLING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'MT_TENANT_UNKNOWN',
  'MT_TENANT_CONFLICT',
  'MT_TENANT_FORBIDDEN',
  'MT_TENANT_SUSPENDED',
  'MT_TENANT_PROVISIONING',
]);

const { status, title } = errorCodeInfo('MT_TENANT_UNKNOWN');
const NO_SUCH_TENANT: ProblemAnswer = Object.freeze({
  status,
  headers: Object.freeze({ 'content-type': PROBLEM_MEDIA_TYPE }),
  body: Object.freeze({
    type: 'about:blank',
    title,
    status,
    code: 'MT_TENANT_UNKNOWN',
    detail: 'There is no such tenant for you here.',
  }),
});

/** Whether uniform refusals keep this error from the client. */
export function isHidden({ code }: MultitenancyError, refusals: Refusals): boolean {
  return refusals === 'uniform' && TELLING.has(code);
}

/**
 * What a client of an application is told about an error: as {@link toProblem}, unless its refusals are uniform and the
 * error tells whether a tenant exists. For whoever answers without the exception filter, such as a transport at its handshake.
 */
export function problemOf(error: MultitenancyError, refusals: Refusals): ProblemAnswer {
  return isHidden(error, refusals) ? NO_SUCH_TENANT : toProblem(error);
}
