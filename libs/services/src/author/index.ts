/*
 * Types for the authors of services. They describe what a service gets, and import nothing.
 */

/** A value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A request. */
export interface Request {
  /** In upper case. */
  readonly method: string;
  /** What follows the name of the service, `/` at least. */
  readonly path: string;
  /** What follows the question mark. */
  readonly query: string;
  /** Names in lower case. Credentials of the caller are not among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** `base64` where the body is no text. */
  readonly encoding: 'utf8' | 'base64';
}

/** An answer. */
export interface Reply {
  /** 200 to 599. Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: Json;
  /** `base64`: the body is text that stands for bytes. Default `utf8`. */
  readonly encoding?: 'utf8' | 'base64';
}

/** What a service can ask of the host. What the operator's plan does not give is refused with an error. */
export interface Context {
  /** Values of the tenant, shared by its services. */
  readonly kv: {
    /** `null` = there is none. */
    get(key: string): Promise<Json>;
    set(key: string, value: Json): Promise<void>;
    /** Whether it was there. */
    delete(key: string): Promise<boolean>;
    /** Keys in order; `limit` 1 to 1,000, default 100. */
    list(options?: {
      readonly prefix?: string;
      readonly after?: string;
      readonly limit?: number;
    }): Promise<readonly string[]>;
  };
  /** Lines in the tenant's log. */
  readonly log: Readonly<Record<'debug' | 'info' | 'warn' | 'error', (...parts: readonly Json[]) => void>>;
  readonly secrets: { get(name: string): Promise<string> };
  /** Other services of the same tenant. */
  readonly services: {
    call(
      name: string,
      request?: {
        readonly method?: string;
        readonly path?: string;
        readonly query?: string;
        readonly headers?: Readonly<Record<string, string>>;
        readonly body?: Json;
      },
    ): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }>;
  };
  readonly crypto: { randomUUID(): Promise<string> };
  /** Calls a URL of the operator's allow-list. The body is text. */
  fetch(
    url: string,
    init?: { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
  ): Promise<{
    readonly url: string;
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }>;
  /** Only where the application has it. */
  sql(text: string, params?: readonly Json[]): Promise<Json>;
}

/** The default export of a service. */
export type Service = (request: Request, context: Context) => Reply | Promise<Reply>;

/** Runs before the service: what has a `status` is the answer, another object the request from then on. */
export type InHandler = (
  request: Request,
  context: Context,
) => Request | Reply | void | Promise<Request | Reply | void>;

/** Runs after the service: what it returns is the answer from then on. */
export type OutHandler = (reply: Reply, request: Request, context: Context) => Reply | void | Promise<Reply | void>;

/** The export `handlers` of a service. */
export interface Handlers {
  readonly in?: readonly InHandler[];
  readonly out?: readonly OutHandler[];
}
