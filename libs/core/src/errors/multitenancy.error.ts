import { HttpException } from '@nestjs/common';
import { errorCodeInfo } from './error-codes.js';
import type { ErrorCode, ErrorCodeInfo } from './error-codes.js';

/** What a {@link MultitenancyError} may carry beside its message. */
export interface MultitenancyErrorDetails {
  /** The tenant it is about, where there is one. */
  readonly tenantId?: string | undefined;
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Milliseconds after which trying again may help; `undefined` = not known. */
  readonly retryAfterMs?: number | undefined;
  /** Status and title of a code that another package defines. Default: those of the table of this package. */
  readonly info?: ErrorCodeInfo | undefined;
}

/** The body of an HTTP answer as RFC 9457 describes it, with the members of Nest's own error bodies beside. */
export interface ErrorResponse {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** As `status`, for filters that expect the body of a Nest exception. */
  readonly statusCode: number;
  /** As `detail`, for the same. */
  readonly message: string;
}

/** Fields of Nest's exception that repeat what this one has. */
const REPEATED = ['response', 'status', 'options', 'errorCode', 'cause'] as const;

/**
 * Base of every error that this library throws on purpose.
 *
 * The message says what happened and what to do; it never carries a secret or a connection string.
 * Branch on `code`, which is stable, and not on the message. It is an `HttpException`, so that an exception filter that
 * does not know this library answers with the right status too.
 */
export class MultitenancyError extends HttpException {
  /** Stable, documented code. */
  readonly code: ErrorCode;
  /** The tenant it is about, where there is one. */
  readonly tenantId: string | undefined;
  /** Milliseconds after which trying again may help. */
  readonly retryAfterMs: number | undefined;

  readonly #info: ErrorCodeInfo;

  constructor(code: ErrorCode, message: string, details: MultitenancyErrorDetails = {}) {
    const info = details.info ?? errorCodeInfo(code);
    super(message, info.status);
    this.#info = info;
    if (details.cause === undefined) Reflect.deleteProperty(this, 'cause');
    else this.cause = details.cause;
    for (const key of REPEATED) if (Object.hasOwn(this, key)) Object.defineProperty(this, key, { enumerable: false });
    this.code = code;
    this.tenantId = details.tenantId;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** Status, title and default `Retry-After` of the code. */
  get info(): ErrorCodeInfo {
    return this.#info;
  }

  /** What GraphQL sends its client beside the message, where no filter answers. */
  get extensions(): { readonly code: ErrorCode } {
    return { code: this.code };
  }

  /** Body of an HTTP answer. A programming error (status 500) shows its code and not its message. */
  override getResponse(): ErrorResponse {
    const { status, title } = this.#info;
    const detail = status === 500 ? 'See the log of the service.' : this.message;
    return { type: 'about:blank', title, status, code: this.code, detail, statusCode: status, message: detail };
  }
}
