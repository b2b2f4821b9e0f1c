/** What an error means to an HTTP client. */
export interface ErrorCodeInfo {
  /** HTTP status of the answer. */
  readonly status: number;
  /** Short title for people (RFC 9457 `title`). */
  readonly title: string;
  /** Seconds for `Retry-After` when the error itself does not know better; absent = no such header. */
  readonly retryAfterSeconds?: number;
}

/** Every error code of the library, with what an HTTP client receives. The one place where both are kept. */
export const ERROR_CODES = {
  MT_TENANT_REQUIRED: { status: 400, title: 'No tenant named' },
  MT_TENANT_IDENTIFIER_INVALID: { status: 400, title: 'Malformed tenant identifier' },
  MT_TENANT_TOKEN_INVALID: { status: 401, title: 'Invalid tenant token' },
  MT_TENANT_UNKNOWN: { status: 404, title: 'Unknown tenant' },
  MT_TENANT_CONFLICT: { status: 403, title: 'Conflicting tenants' },
  MT_TENANT_FORBIDDEN: { status: 403, title: 'Forbidden for this tenant' },
  MT_TENANT_SUSPENDED: { status: 403, title: 'Tenant suspended' },
  MT_TENANT_PROVISIONING: { status: 503, title: 'Tenant not ready', retryAfterSeconds: 5 },
  MT_TENANT_EXISTS: { status: 409, title: 'Tenant exists' },
  MT_TENANT_TRANSITION_REFUSED: { status: 409, title: 'Transition refused' },
  MT_TENANT_STALE: { status: 409, title: 'Tenant changed meanwhile' },
  MT_TENANT_FIELD_INVALID: { status: 400, title: 'Invalid tenant field' },
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
  MT_DATABASE_UNAVAILABLE: { status: 503, title: 'Tenant database unavailable', retryAfterSeconds: 1 },
  MT_TENANT_MOVING: { status: 503, title: 'Tenant is being moved', retryAfterSeconds: 5 },
  MT_PLACEMENT_MISSING: { status: 500, title: 'Tenant has no placement' },
  MT_PLACEMENT_INVALID: { status: 500, title: 'Placement not usable' },
  MT_SCHEMA_MISSING: { status: 500, title: 'Tenant schema missing' },
  MT_MOVE_REFUSED: { status: 409, title: 'Move refused' },
  MT_MOVE_MISMATCH: { status: 500, title: 'Moved data differ' },
  MT_ENVELOPE_INVALID: { status: 400, title: 'Malformed tenant envelope' },
  MT_ENVELOPE_UNTRUSTED: { status: 401, title: 'Untrusted tenant envelope' },
  MT_CATALOG_UNAVAILABLE: { status: 503, title: 'Tenant catalog unavailable', retryAfterSeconds: 1 },
  MT_CLIENT_CREATE_FAILED: { status: 503, title: 'Tenant client unavailable', retryAfterSeconds: 1 },
  MT_CLIENT_CREATE_TIMEOUT: { status: 503, title: 'Tenant client unavailable', retryAfterSeconds: 1 },
  MT_REGISTRY_CAPACITY: { status: 503, title: 'Too many tenants at once', retryAfterSeconds: 1 },
  MT_REGISTRY_CLOSED: { status: 503, title: 'Shutting down' },
  MT_CLIENT_NOT_FOUND: { status: 500, title: 'Tenant client not found' },
  MT_CLIENT_EXISTS: { status: 500, title: 'Tenant client exists' },
  MT_CLIENT_NOT_ACQUIRED: { status: 500, title: 'Tenant client not acquired' },
  MT_CLIENT_RECURSIVE: { status: 500, title: 'Recursive tenant client' },
  MT_CLIENT_FACTORY_FAULT: { status: 500, title: 'Faulty client factory' },
  MT_TEMPLATE_MISSING: { status: 500, title: 'No client template' },
  MT_RESOLVER_FAILED: { status: 500, title: 'Tenant resolver failed' },
  MT_SCOPE_ENDED: { status: 503, title: 'Scope has ended' },
  MT_CONTEXT_MISSING: { status: 500, title: 'No tenant context' },
  MT_SECRETS_UNAVAILABLE: { status: 503, title: 'Secrets unavailable', retryAfterSeconds: 1 },
  MT_SECRETS_LOGIN_REFUSED: { status: 500, title: 'Login to the secrets refused' },
  MT_SECRET_MISSING: { status: 500, title: 'Tenant has no credentials' },
  MT_SECRET_DENIED: { status: 500, title: 'Credentials not readable' },
  MT_SECRET_INVALID: { status: 500, title: 'Credentials not usable' },
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
  MT_LAST_ADMINISTRATOR: { status: 409, title: 'Last administrator' },
  MT_ISOLATION_UNSAFE: { status: 500, title: 'Isolation not safe' },
  MT_POLICIES_REFUSED: { status: 500, title: 'Policies refused' },
  MT_MIGRATION_FAILED: { status: 500, title: 'Migration failed' },
  MT_HOOK_FAILED: { status: 500, title: 'Scope hook failed' },
  MT_HOOK_TIMEOUT: { status: 503, title: 'Scope hook too slow', retryAfterSeconds: 1 },
  MT_FORMATS_MIXED: { status: 500, title: 'Package loaded in two formats' },
  MT_PEER_UNSUPPORTED: { status: 500, title: 'Unsupported peer' },
  MT_OPTIONS_INVALID: { status: 500, title: 'Invalid options' },
  MT_ARGUMENT_INVALID: { status: 500, title: 'Invalid argument' },
} as const satisfies Record<string, ErrorCodeInfo>;

/** A code outside the table, which only code that bypasses the compiler can produce: a programming error. */
const FOREIGN_CODE: ErrorCodeInfo = { status: 500, title: 'Unknown error code' };

/** A stable, documented error code. */
export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * Looks up what an HTTP client receives for a code.
 *
 * @param code any code of the table
 * @returns status, title and, for outages, the default `Retry-After`
 */
export function errorCodeInfo(code: ErrorCode): ErrorCodeInfo {
  return Object.hasOwn(ERROR_CODES, code) ? ERROR_CODES[code] : FOREIGN_CODE;
}
