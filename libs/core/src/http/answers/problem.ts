import type { MultitenancyError } from '../../errors/multitenancy.error.js';

/** An HTTP answer as RFC 9457 describes it. */
export interface ProblemAnswer {
  readonly status: number;
  /** `content-type`; `retry-after` (whole seconds) where trying again may help; `www-authenticate` with a 401. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly type: string;
    readonly title: string;
    readonly status: number;
    readonly code: string;
    readonly detail: string;
  };
}

/** Media type of every problem. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/**
 * What an HTTP client receives for an error of this library. The one place that maps codes to answers.
 *
 * Programming errors (5xx without a remedy for the client) show the code and not the message.
 */
export function toProblem(error: MultitenancyError): ProblemAnswer {
  const { type, title, status, code, detail } = error.getResponse();
  return {
    status,
    headers: { 'content-type': PROBLEM_MEDIA_TYPE, ...headersFor(status, error) },
    body: { type, title, status, code, detail },
  };
}

/** Statuses whose answers carry `Retry-After`. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 503]);

function headersFor(status: number, { info, retryAfterMs }: MultitenancyError): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer error="invalid_token"' };
  const { retryAfterSeconds } = info;
  const seconds = retryAfterMs === undefined ? retryAfterSeconds : Math.max(1, Math.ceil(retryAfterMs / 1000));
  return RETRYABLE.has(status) && seconds !== undefined ? { 'retry-after': String(seconds) } : {};
}
