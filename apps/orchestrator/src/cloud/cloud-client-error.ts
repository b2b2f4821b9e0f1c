/**
 * Why a call to the cloud failed.
 *
 * - `unavailable`: the cloud could not be reached, or answered 429 or 5xx; later it may work
 * - `timeout`: no complete answer within the client's time
 * - `refused`: the cloud does not accept the credentials or the token
 * - `not-found`: there is no such server in this account
 * - `conflict`: the state of the account does not allow it, such as the limit of servers
 * - `invalid-request`: the cloud does not accept the input; `fields` names what it is about
 * - `malformed-answer`: the answer is not what the cloud promises
 * - `aborted`: the caller's own signal ended the call
 * - `closed`: the client is closed
 */
export type CloudApiErrorKind =
  | 'unavailable'
  | 'timeout'
  | 'refused'
  | 'not-found'
  | 'conflict'
  | 'invalid-request'
  | 'malformed-answer'
  | 'aborted'
  | 'closed';

/** What a {@link CloudApiError} may carry beside its message. */
export interface CloudApiErrorDetails {
  readonly status?: number;
  readonly fields?: readonly string[];
  readonly cause?: unknown;
}

/** A call to the cloud failed. Neither message nor cause carries a token or a secret. */
export class CloudApiError extends Error {
  override readonly name = 'CloudApiError';
  /** Why, for programs. */
  readonly kind: CloudApiErrorKind;
  /** HTTP status of the answer, where there was one. */
  readonly status: number | undefined;
  /** The fields of the input that were not accepted; empty when it is not about fields. */
  readonly fields: readonly string[];

  constructor(kind: CloudApiErrorKind, message: string, { status, fields = [], cause }: CloudApiErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.status = status;
    this.fields = fields;
  }
}
