import { Catch, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { isResponseOver, rawOf } from '../context/http-response-end.js';
import { MultitenancyError } from '../errors/multitenancy.error.js';
import { toProblem } from './problem.js';

/** Answers every {@link MultitenancyError} of an HTTP request as `application/problem+json`; leaves other transports alone. */
@Catch(MultitenancyError)
export class MultitenancyExceptionFilter implements ExceptionFilter<MultitenancyError> {
  readonly #adapterHost: HttpAdapterHost;
  readonly #logger = new Logger('Multitenancy');

  constructor(adapterHost: HttpAdapterHost) {
    this.#adapterHost = adapterHost;
  }

  catch(error: MultitenancyError, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const { status, headers, body } = toProblem(error);
    const adapter = this.#adapterHost.httpAdapter;
    const response = host.switchToHttp().getResponse<object>();
    if (isResponseOver(rawOf(response))) return;
    if (status >= 500) this.#logger.error(`${error.code}: ${error.message}`, error.stack);
    if (adapter.isHeadersSent(response)) {
      adapter.end(response);
      return;
    }
    for (const [name, value] of Object.entries(headers)) adapter.setHeader(response, name, value);
    adapter.reply(response, body, status);
  }
}
