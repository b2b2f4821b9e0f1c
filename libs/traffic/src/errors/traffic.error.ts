import { MultitenancyError } from '@tenantry/core';
import type { ErrorCodeInfo, MultitenancyErrorDetails } from '@tenantry/core';

/** The error codes of this package, with what an HTTP client gets. */
export const TRAFFIC_ERROR_CODES = {
  MT_RATE_EXCEEDED: { status: 429, title: 'Too many requests', retryAfterSeconds: 1 },
  MT_QUEUE_FULL: { status: 429, title: 'Too many requests at once', retryAfterSeconds: 1 },
  MT_OVERLOADED: { status: 503, title: 'Overloaded', retryAfterSeconds: 1 },
  MT_MAINTENANCE: { status: 503, title: 'Maintenance', retryAfterSeconds: 60 },
  MT_TRAFFIC_REFUSED: { status: 403, title: 'Refused by the operator' },
} as const satisfies Record<string, ErrorCodeInfo>;

/** Base of the errors of this package. */
export abstract class TrafficError extends MultitenancyError {
  constructor(code: keyof typeof TRAFFIC_ERROR_CODES, message: string, details: MultitenancyErrorDetails = {}) {
    super(code, message, { ...details, info: TRAFFIC_ERROR_CODES[code] });
  }
}
