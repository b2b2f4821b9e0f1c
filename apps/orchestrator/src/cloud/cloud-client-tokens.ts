const REFRESH_MARGIN_MS = 30_000;

/** A token in use. Its identity matters: see {@link CloudClientTokens.drop}. */
export interface AccessToken {
  readonly value: string;
  /** From then on the next caller fetches another one. */
  readonly refreshAtMs: number;
}

/** How {@link CloudClientTokens} gets a token. */
export type TokenRequest = () => Promise<{ readonly value: string; readonly lifetimeMs: number }>;

/**
 * Keeps the current token. Concurrent callers share one fetch; a failed fetch is not kept. A token is replaced 30 s
 * before it expires, one that lives less than 60 s at half of its life.
 */
export class CloudClientTokens {
  readonly #request: TokenRequest;
  readonly #clock: () => number;
  #current: AccessToken | null = null;
  #fetching: Promise<AccessToken> | null = null;

  constructor(request: TokenRequest, clock: () => number) {
    this.#request = request;
    this.#clock = clock;
  }

  /** The current token, fetched where there is none or it is about to expire. */
  get(): Promise<AccessToken> {
    if (this.#current && this.#clock() < this.#current.refreshAtMs) return Promise.resolve(this.#current);
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  /** Drops a token that was not accepted; does nothing when another one has taken its place. */
  drop(token: AccessToken): void {
    if (this.#current === token) this.#current = null;
  }

  async #fetch(): Promise<AccessToken> {
    const askedAtMs = this.#clock();
    const { value, lifetimeMs } = await this.#request();
    const usableMs = Math.max(lifetimeMs - REFRESH_MARGIN_MS, lifetimeMs / 2);
    this.#current = { value, refreshAtMs: askedAtMs + usableMs };
    return this.#current;
  }
}
