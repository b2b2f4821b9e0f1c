import { MultitenancyError } from '@tenantry/core';

/**
 * An issuer or its keys cannot be had (`MT_CATALOG_UNAVAILABLE`, 503). It says nothing about the token, which is
 * neither accepted nor called invalid. The `cause` says why.
 */
export class IssuerUnavailableError extends MultitenancyError {
  constructor(what: string, cause: unknown, retryAfterMs?: number) {
    super('MT_CATALOG_UNAVAILABLE', `${what}, so the token cannot be checked at the moment. Try again shortly.`, {
      cause,
      retryAfterMs,
    });
  }
}
