import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { CloudApiError } from '../cloud/cloud-client-error.js';
import { notFound, validationFailed } from '../http/api-errors.js';
import { ApiError } from '../http/api.error.js';
import { ProblemFilter } from '../http/problem.filter.js';

const RETRY_AFTER_SECONDS = 5;

/** Tells clients what became of a call to the tenant's cloud. A cloud that fails is a 503 of this tenant alone. */
@Catch(CloudApiError)
export class CloudProblemFilter implements ExceptionFilter<CloudApiError> {
  readonly #problems: ProblemFilter;

  constructor(adapterHost: HttpAdapterHost) {
    this.#problems = new ProblemFilter(adapterHost);
  }

  catch(error: CloudApiError, host: ArgumentsHost): void {
    this.#problems.catch(apiErrorOf(error), host);
  }
}

function apiErrorOf(error: CloudApiError): ApiError {
  switch (error.kind) {
    case 'not-found':
      return notFound();
    case 'invalid-request':
      return validationFailed(error.fields.map((field) => ({ field, message: 'The cloud does not accept it' })));
    case 'conflict':
      return new ApiError(
        409,
        'CLOUD_CONFLICT',
        'Cloud conflict',
        'The state of the cloud account does not allow this.',
      );
    default:
      return cloudUnavailable(error);
  }
}

function cloudUnavailable(cause: CloudApiError): ApiError {
  const detail = "This tenant's cloud cannot be used at the moment. Try again shortly.";
  return new ApiError(503, 'CLOUD_UNAVAILABLE', 'Cloud unavailable', detail, {
    headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
    cause,
  });
}
