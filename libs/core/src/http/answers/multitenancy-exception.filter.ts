import { Catch, Inject, Logger, Optional } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { isExchangeOver, rawOf } from '../responses/http-response-end.js';
import { TenantClientNotAcquiredError } from '../../errors/client.errors.js';
import { MultitenancyError } from '../../errors/multitenancy.error.js';
import { TenantResolverFailedError } from '../../errors/usage.errors.js';
import { answerHttp } from './http-answer.js';
import { isHidden, TENANT_ERROR_DETAIL, trueError } from '../../errors/error-detail.js';
import type { ErrorDetail } from '../../errors/error-detail.js';
import { problemOf } from './problem-of.js';
import { answerWebSocket } from './websocket-answer.js';

/**
 * Answers every {@link MultitenancyError} in the way of its transport, always with the same members: HTTP gets
 * `application/problem+json`, a microservice's caller an error, a WebSocket an `exception` event, GraphQL an error with
 * the members as its `extensions`. The log has the true code, also where the option `errorDetail` hides it from the client.
 */
@Catch(MultitenancyError)
export class MultitenancyExceptionFilter implements ExceptionFilter<MultitenancyError> {
  readonly #adapterHost: HttpAdapterHost;
  readonly #errorDetail: ErrorDetail;
  readonly #logger = new Logger('Multitenancy');

  /** @param errorDetail as the option of the module; default `full` */
  constructor(
    adapterHost: HttpAdapterHost,
    @Optional() @Inject(TENANT_ERROR_DETAIL) errorDetail: ErrorDetail = 'full',
  ) {
    this.#adapterHost = adapterHost;
    this.#errorDetail = errorDetail;
  }

  /** @throws on GraphQL an error for its executor; on a transport that it does not know, the error itself */
  catch(error: MultitenancyError, host: ArgumentsHost): Observable<never> | void {
    const cause = trueError(error);
    if (isAbandoned(cause, host)) this.#logger.debug(`${cause.code}: ${cause.message}`);
    else this.#log(cause);
    const problem = problemOf(error, this.#errorDetail);
    switch (host.getType<string>()) {
      case 'http':
        return answerHttp(host, this.#adapterHost.httpAdapter, problem);
      case 'rpc':
        return throwError(() => problem.body);
      case 'ws':
        return answerWebSocket(host, problem);
      case 'graphql':
        throw Object.assign(new Error(problem.body.detail), { extensions: problem.body });
      default:
        throw error;
    }
  }

  #log(error: MultitenancyError): void {
    const line = `${error.code}: ${error.message}`;
    if (error.info.status >= 500) this.#logger.error(line, stackOf(error));
    else if (isHidden(error, this.#errorDetail)) this.#logger.debug(line);
  }
}

/** What a resolver of the application threw is as unforeseen as what a handler throws, and logged in the same way. */
function stackOf(error: MultitenancyError): string | undefined {
  const { cause } = error;
  if (!(error instanceof TenantResolverFailedError)) return error.stack;
  return cause instanceof Error ? cause.stack : error.stack;
}

/** The client disconnected while the tenant's client was being acquired: not an error, and too easily caused to fill the log with. */
function isAbandoned(error: MultitenancyError, host: ArgumentsHost): boolean {
  if (!(error instanceof TenantClientNotAcquiredError) || host.getType() !== 'http') return false;
  const [request, response] = host.getArgs<[object, object]>();
  return isExchangeOver(rawOf<IncomingMessage>(request), rawOf<ServerResponse>(response));
}
