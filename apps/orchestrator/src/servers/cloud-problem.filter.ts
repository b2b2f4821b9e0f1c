import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { TenantContext } from '@tenantry/core';
import { ClientRotation, InjectClientRotation } from '@tenantry/secrets';
import { CLOUD_CLIENT } from '../cloud/cloud-client.factory.js';
import { CloudApiError } from '../cloud/cloud-client-error.js';
import { notFound, validationFailed } from '../http/api-errors.js';
import { ApiError } from '../http/api.error.js';
import { ProblemFilter } from '../http/problem.filter.js';

const RETRY_AFTER_SECONDS = 5;

/**
 * Reports to clients the result of a call to the tenant's cloud. A cloud that fails is a 503 of this tenant alone. Where it refuses the
 * credentials, they are read again and the client is renewed.
 */
@Catch(CloudApiError)
export class CloudProblemFilter implements ExceptionFilter<CloudApiError> {
  readonly #problems: ProblemFilter;

  readonly #rotation: ClientRotation;
  readonly #context: TenantContext;

  constructor(
    adapterHost: HttpAdapterHost,
    context: TenantContext,
    @InjectClientRotation(CLOUD_CLIENT) rotation: ClientRotation,
  ) {
    this.#problems = new ProblemFilter(adapterHost);
    this.#context = context;
    this.#rotation = rotation;
  }

  catch(error: CloudApiError, host: ArgumentsHost): void {
    const tenantId = this.#context.tenantOrNull?.id;
    if (error.kind === 'refused' && tenantId !== undefined) void this.#rotation.credentialsRejected(tenantId);
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
