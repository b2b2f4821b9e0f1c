import { MultitenancyError } from '@tenantry/core';
import type { ErrorCodeInfo, MultitenancyErrorDetails } from '@tenantry/core';

/** The error codes of this package, with what an HTTP client gets. */
export const SECRETS_ERROR_CODES = {
  MT_SECRETS_UNAVAILABLE: { status: 503, title: 'Secrets unavailable', retryAfterSeconds: 1 },
  MT_SECRETS_LOGIN_REFUSED: { status: 500, title: 'Login to the secrets refused' },
  MT_SECRET_MISSING: { status: 500, title: 'Tenant has no credentials' },
  MT_SECRET_DENIED: { status: 500, title: 'Credentials not readable' },
  MT_SECRET_INVALID: { status: 500, title: 'Credentials not usable' },
} as const satisfies Record<string, ErrorCodeInfo>;

/** Base of the errors of this package. */
export abstract class SecretsError extends MultitenancyError {
  constructor(code: keyof typeof SECRETS_ERROR_CODES, message: string, details: MultitenancyErrorDetails = {}) {
    super(code, message, { ...details, info: SECRETS_ERROR_CODES[code] });
  }
}
