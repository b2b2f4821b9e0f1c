import { Catch, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { MultitenancyError } from '../errors/multitenancy.error.js';
import { answerHttp } from './http-answer.js';
import { toProblem } from './problem.js';
import { answerWebSocket } from './websocket-answer.js';

/**
 * Answers every {@link MultitenancyError} in the way of its transport, always with the same members: HTTP gets
 * `application/problem+json`, a microservice's caller an error, a WebSocket an `exception` event, GraphQL an error with
 * the members as its `extensions`.
 */
@Catch(MultitenancyError)
export class MultitenancyExceptionFilter implements ExceptionFilter<MultitenancyError> {
  readonly #adapterHost: HttpAdapterHost;
  readonly #logger = new Logger('Multitenancy');

  constructor(adapterHost: HttpAdapterHost) {
    this.#adapterHost = adapterHost;
  }

  /** @throws on GraphQL an error for its executor; on a transport that it does not know, the error itself */
  catch(error: MultitenancyError, host: ArgumentsHost): Observable<never> | void {
    const problem = toProblem(error);
    if (problem.status >= 500) this.#logger.error(`${error.code}: ${error.message}`, error.stack);
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
}
