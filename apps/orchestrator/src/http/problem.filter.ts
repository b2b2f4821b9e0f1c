import { Catch, HttpException, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { MultitenancyError, PROBLEM_MEDIA_TYPE } from '@tenantry/core';
import { problemOf } from './problem.js';

/** Answers every error as `application/problem+json`, on Express and Fastify alike, and logs unexpected ones. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger(ProblemFilter.name);
  readonly #adapterHost: HttpAdapterHost;

  constructor(adapterHost: HttpAdapterHost) {
    this.#adapterHost = adapterHost;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const { status, headers, body } = problemOf(error);
    if (status === 500 && (!(error instanceof HttpException) || error instanceof MultitenancyError))
      this.#logger.error(...describe(error));
    const adapter = this.#adapterHost.httpAdapter;
    const response: unknown = host.switchToHttp().getResponse();
    if (adapter.isHeadersSent(response)) {
      adapter.end(response);
      return;
    }
    for (const [name, value] of Object.entries(headers)) adapter.setHeader(response, name, value);
    adapter.setHeader(response, 'Content-Type', PROBLEM_MEDIA_TYPE);
    adapter.reply(response, body, status);
  }
}

/** Message and stack alone: other properties of an error may hold what a client sent. */
function describe(error: unknown): [message: string, stack: string] {
  return error instanceof Error
    ? [`${error.name}: ${error.message}`, error.stack ?? '']
    : ['Something that is no Error was thrown.', ''];
}
