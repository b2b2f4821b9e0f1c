import { MultitenancyError } from '@tenantry/core';
import type { ErrorCodeInfo, MultitenancyErrorDetails } from '@tenantry/core';

/** The error codes of this package, with what an HTTP client gets. */
export const IDENTITY_ERROR_CODES = {
  MT_IDENTITY_INPUT_INVALID: { status: 400, title: 'Invalid identity input' },
  MT_PASSWORD_WEAK: { status: 400, title: 'Weak password' },
  MT_CREDENTIALS_INVALID: { status: 401, title: 'Invalid credentials' },
  MT_LOGIN_LIMITED: { status: 429, title: 'Too many log-in attempts', retryAfterSeconds: 60 },
  MT_PERMISSION_DENIED: { status: 403, title: 'Permission missing' },
  MT_GRANT_REFUSED: { status: 403, title: 'Grant refused' },
  MT_ACCOUNT_EXISTS: { status: 409, title: 'Account exists' },
  MT_ACCOUNT_UNKNOWN: { status: 404, title: 'Unknown account' },
  MT_ROLE_EXISTS: { status: 409, title: 'Role exists' },
  MT_ROLE_UNKNOWN: { status: 404, title: 'Unknown role' },
  MT_SESSION_ENDED: { status: 401, title: 'Session ended' },
  MT_SESSION_UNKNOWN: { status: 404, title: 'Unknown session' },
  MT_API_KEY_INVALID: { status: 401, title: 'Invalid API key' },
  MT_API_KEY_UNKNOWN: { status: 404, title: 'Unknown API key' },
  MT_LAST_ADMINISTRATOR: { status: 409, title: 'Last administrator' },
} as const satisfies Record<string, ErrorCodeInfo>;

/** Base of the errors of this package. */
export abstract class IdentityError extends MultitenancyError {
  constructor(code: keyof typeof IDENTITY_ERROR_CODES, message: string, details: MultitenancyErrorDetails = {}) {
    super(code, message, { ...details, info: IDENTITY_ERROR_CODES[code] });
  }
}
