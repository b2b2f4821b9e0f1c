import { MultitenancyError } from '@tenantry/core';
import type { ErrorCodeInfo, MultitenancyErrorDetails } from '@tenantry/core';

/** The error codes of this package, with what an HTTP client gets. */
export const POSTGRES_ERROR_CODES = {
  MT_DATABASE_UNAVAILABLE: { status: 503, title: 'Tenant database unavailable', retryAfterSeconds: 1 },
  MT_TENANT_MOVING: { status: 503, title: 'Tenant is being moved', retryAfterSeconds: 5 },
  MT_PLACEMENT_MISSING: { status: 500, title: 'Tenant has no placement' },
  MT_PLACEMENT_INVALID: { status: 500, title: 'Placement not usable' },
  MT_SCHEMA_MISSING: { status: 500, title: 'Tenant schema missing' },
  MT_MOVE_REFUSED: { status: 409, title: 'Move refused' },
  MT_MOVE_MISMATCH: { status: 500, title: 'Moved data differ' },
  MT_ISOLATION_UNSAFE: { status: 500, title: 'Isolation not safe' },
  MT_POLICIES_REFUSED: { status: 500, title: 'Policies refused' },
  MT_MIGRATION_FAILED: { status: 500, title: 'Migration failed' },
} as const satisfies Record<string, ErrorCodeInfo>;

/** Base of the errors of this package. */
export abstract class PostgresError extends MultitenancyError {
  constructor(code: keyof typeof POSTGRES_ERROR_CODES, message: string, details: MultitenancyErrorDetails = {}) {
    super(code, message, { ...details, info: POSTGRES_ERROR_CODES[code] });
  }
}
