import type { ErrorCode } from './error-codes.js';

/** What a {@link MultitenancyError} may carry beside its message. */
export interface MultitenancyErrorDetails {
  /** The tenant it is about, where there is one. */
  readonly tenantId?: string | undefined;
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Milliseconds after which trying again may help; `undefined` = not known. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * Base of every error that this library throws on purpose.
 *
 * The message says what happened and what to do; it never carries a secret or a connection string.
 * Branch on `code`, which is stable, and not on the message.
 */
export class MultitenancyError extends Error {
  /** Stable, documented code. */
  readonly code: ErrorCode;
  /** The tenant it is about, where there is one. */
  readonly tenantId: string | undefined;
  /** Milliseconds after which trying again may help. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: MultitenancyErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.tenantId = details.tenantId;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** What GraphQL tells its client beside the message, where no filter answers. */
  get extensions(): { readonly code: ErrorCode } {
    return { code: this.code };
  }
}
