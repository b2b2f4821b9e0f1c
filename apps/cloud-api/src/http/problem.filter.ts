import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ProblemException } from './problem.exception.js';

/** Renders every error as `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #adapterHost: HttpAdapterHost;
  readonly #logger = new Logger(ProblemFilter.name);

  constructor(adapterHost: HttpAdapterHost) {
    this.#adapterHost = adapterHost;
  }

  /** Answers with the problem; the reason of a fault of our own goes to the log only. */
  catch(error: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.#adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    const problem = this.#problemOf(error);
    const headers = { ...problem.headers, 'Content-Type': 'application/problem+json' };
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.reply(response, bodyOf(problem), problem.getStatus());
  }

  #problemOf(error: unknown): ProblemException {
    if (error instanceof ProblemException) return error;
    const status = clientErrorStatusOf(error);
    if (status !== null)
      return new ProblemException(status, 'request_refused', REMEDIES[status] ?? 'Check the request.');
    this.#logger.error('A request failed', error instanceof Error ? error.stack : undefined);
    return new ProblemException(500, 'internal_error', 'The request could not be served.');
  }
}

// The messages of the framework and of its body parser quote the request: these do not.
const REMEDIES: Readonly<Record<number, string>> = {
  400: 'The request cannot be read. Check its address, and that its body is valid JSON.',
  404: 'There is nothing at this address.',
  413: 'The body is too large.',
  415: 'The encoding of the body is not supported.',
};

function clientErrorStatusOf(error: unknown): number | null {
  const status: unknown =
    error instanceof HttpException ? error.getStatus() : error instanceof Error && Reflect.get(error, 'status');
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}

function bodyOf(problem: ProblemException): Readonly<Record<string, unknown>> {
  const status = problem.getStatus();
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: problem.message,
    code: problem.code,
    ...(problem.fields.length > 0 && { errors: problem.fields }),
  };
}
