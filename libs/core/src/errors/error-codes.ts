/** What an error means to an HTTP client. */
export interface ErrorCodeInfo {
  /** HTTP status of the answer. */
  readonly status: number;
  /** Short title for people (RFC 9457 `title`). */
  readonly title: string;
  /** Seconds for `Retry-After` when the error itself does not know better; absent = no such header. */
  readonly retryAfterSeconds?: number;
}

/** The error codes of this package, with what an HTTP client gets. Other packages have tables of their own. */
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
  MT_HOOK_FAILED: { status: 500, title: 'Scope hook failed' },
  MT_HOOK_TIMEOUT: { status: 503, title: 'Scope hook too slow', retryAfterSeconds: 1 },
  MT_FORMATS_MIXED: { status: 500, title: 'Package loaded in two formats' },
  MT_PEER_UNSUPPORTED: { status: 500, title: 'Unsupported peer' },
  MT_OPTIONS_INVALID: { status: 500, title: 'Invalid options' },
  MT_ARGUMENT_INVALID: { status: 500, title: 'Invalid argument' },
} as const satisfies Record<string, ErrorCodeInfo>;

/** For a code that is in no table: a programming error. */
const UNKNOWN_CODE: ErrorCodeInfo = { status: 500, title: 'Unknown error code' };

/** A stable, documented error code: one of this package, or one that another package defines. */
export type ErrorCode = keyof typeof ERROR_CODES | (string & {});

/** What an HTTP client gets for a code of this package; for any other code, status 500. */
export function errorCodeInfo(code: ErrorCode): ErrorCodeInfo {
  return Object.hasOwn(ERROR_CODES, code) ? ERROR_CODES[code as keyof typeof ERROR_CODES] : UNKNOWN_CODE;
}
