import { MultitenancyError } from '@tenantry/core';
import type { ErrorCodeInfo, MultitenancyErrorDetails } from '@tenantry/core';

/** The error codes of this package, with what an HTTP client gets. */
export const SERVICES_ERROR_CODES = {
  MT_SERVICE_NOT_FOUND: { status: 404, title: 'No such service' },
  MT_SERVICE_FAILED: { status: 502, title: 'Service failed' },
  MT_SERVICE_TIMEOUT: { status: 504, title: 'Service too slow' },
  MT_SERVICE_BUSY: { status: 429, title: 'Too many requests at once', retryAfterSeconds: 1 },
  MT_SERVICE_QUARANTINED: { status: 429, title: 'Services paused', retryAfterSeconds: 1 },
  MT_SERVICE_INTERRUPTED: { status: 503, title: 'Request interrupted', retryAfterSeconds: 1 },
  MT_SERVICE_CAPACITY: { status: 503, title: 'Too many services at once', retryAfterSeconds: 1 },
  MT_SERVICE_REQUEST_TOO_LARGE: { status: 413, title: 'Request too large' },
  MT_SERVICE_ENGINE_UNUSABLE: { status: 500, title: 'Service engine not usable' },
  MT_ARTIFACT_INVALID: { status: 400, title: 'Artifact not usable' },
  MT_ARTIFACT_TOO_LARGE: { status: 413, title: 'Artifact too large' },
  MT_ARTIFACT_LIMIT: { status: 409, title: 'Too many artifacts' },
  MT_ARTIFACT_UNKNOWN: { status: 404, title: 'Unknown artifact' },
  MT_ARTIFACT_FAULTY: { status: 409, title: 'Artifact is faulty' },
  MT_ARTIFACT_STALE: { status: 409, title: 'Artifact changed meanwhile' },
} as const satisfies Record<string, ErrorCodeInfo>;

/** Base of the errors of this package. */
export abstract class ServicesError extends MultitenancyError {
  constructor(code: keyof typeof SERVICES_ERROR_CODES, message: string, details: MultitenancyErrorDetails = {}) {
    super(code, message, { ...details, info: SERVICES_ERROR_CODES[code] });
  }
}
