/** What an {@link ApiError} may carry beside its code and text. */
export interface ApiErrorDetails {
  /** Headers of the answer, names in any case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem document, such as `errors`. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error that is sent to an HTTP client as it is: nothing in it may be secret. */
export class ApiError extends Error {
  readonly status: number;
  /** Stable, documented code. */
  readonly code: string;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  /** @param detail what happened and what to do; becomes the error's message */
  constructor(status: number, code: string, title: string, detail: string, details: ApiErrorDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.status = status;
    this.code = code;
    this.title = title;
    this.headers = details.headers ?? {};
    this.members = details.members ?? {};
  }
}
