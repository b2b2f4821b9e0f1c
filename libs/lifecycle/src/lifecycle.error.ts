import { MultitenancyError } from '@tenantry/core';
import type { ErrorCodeInfo, MultitenancyErrorDetails } from '@tenantry/core';

/** The error codes of this package, with what an HTTP client gets. */
export const LIFECYCLE_ERROR_CODES = {
  MT_TENANT_VETOED: { status: 409, title: 'Change vetoed' },
  MT_TENANT_OPERATION_RUNNING: { status: 409, title: 'Another operation is under way', retryAfterSeconds: 1 },
  MT_TENANT_UNDO_REFUSED: { status: 409, title: 'Deletion cannot be undone' },
  MT_TENANT_INPUT_NEEDED: { status: 409, title: 'Input needed' },
  MT_REQUEST_KEY_REUSED: { status: 409, title: 'Request key reused' },
  MT_OPERATION_UNKNOWN: { status: 404, title: 'Unknown operation' },
  MT_OPERATION_NOT_RESUMABLE: { status: 409, title: 'Operation cannot be resumed' },
  MT_OPERATION_FAILED: { status: 503, title: 'Operation failed' },
  MT_PARTICIPANT_TIMEOUT: { status: 503, title: 'Lifecycle participant too slow' },
  MT_OPERATION_TAKEN_OVER: { status: 503, title: 'Another node continues', retryAfterSeconds: 1 },
} as const satisfies Record<string, ErrorCodeInfo>;

/** Base of the errors of the lifecycle of tenants. */
export abstract class LifecycleError extends MultitenancyError {
  constructor(code: keyof typeof LIFECYCLE_ERROR_CODES, message: string, details: MultitenancyErrorDetails = {}) {
    super(code, message, { ...details, info: LIFECYCLE_ERROR_CODES[code] });
  }
}
