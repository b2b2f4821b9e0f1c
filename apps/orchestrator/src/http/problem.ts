import { HttpException } from '@nestjs/common';
import { MultitenancyError, toProblem } from '@tenantry/core';
import { isOutage } from '../database/outage.js';
import { ApiError } from './api.error.js';
import { HTTP_STATUSES } from './http-statuses.js';

/** An answer of the media type `application/problem+json` (RFC 9457), ready to be sent. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** `{ type, title, status, code, detail }` and further members. */
  readonly body: object;
}

/**
 * What an HTTP client receives for an error. Only errors made for clients show their text; anything else is a
 * 503 while the database is down, and else a 500, and reveals no internals.
 */
export function problemOf(error: unknown): ProblemAnswer {
  if (error instanceof ApiError) return apiProblem(error);
  if (error instanceof MultitenancyError) return toProblem(error);
  if (isOutage(error)) return { ...frameworkProblem(503), headers: { 'Retry-After': '1' } };
  return frameworkProblem(statusOf(error));
}

function apiProblem({ status, code, title, message, headers, members }: ApiError): ProblemAnswer {
  return { status, headers, body: { type: 'about:blank', title, status, code, detail: message, ...members } };
}

function frameworkProblem(status: number): ProblemAnswer {
  const [code, title, detail] = HTTP_STATUSES.get(status) ?? fallback(status);
  return { status, headers: {}, body: { type: 'about:blank', title, status, code, detail } };
}

function fallback(status: number): readonly [string, string, string] {
  if (status < 500) return ['BAD_REQUEST', 'Bad request', 'The request cannot be served as it is.'];
  return ['INTERNAL_ERROR', 'Internal error', 'Something went wrong here, and not with your request.'];
}

/** The status that Nest, Fastify or a body parser gave to an error of the client; 500 for everything else. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status: unknown = Reflect.get(Object(error), 'statusCode');
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
