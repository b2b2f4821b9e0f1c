import { problemOf } from '@tenantry/core/spi';
import type { MultitenancyError } from '@tenantry/core';
import type { ErrorDetail } from '@tenantry/core/spi';

/** Name of the event that carries an error to a client, as Nest names it. */
export const EXCEPTION_EVENT = 'exception';

/** What the client of a socket receives for an error. */
export interface SocketProblem {
  readonly status: 'error';
  readonly statusCode: number;
  readonly code: string;
  readonly type: string;
  readonly title: string;
  readonly detail: string;
}

/** The members of the problem that HTTP would get, in the shape of Nest's exception events. */
export function socketProblem(error: MultitenancyError, errorDetail: ErrorDetail): SocketProblem {
  const { body } = problemOf(error, errorDetail);
  return { ...body, status: 'error', statusCode: body.status };
}

/** Close code for a refusal (RFC 6455 and its registry): 1013 where trying again later may help, else 1008. */
export function closeCode({ statusCode }: SocketProblem): number {
  return statusCode === 503 ? 1013 : 1008;
}
