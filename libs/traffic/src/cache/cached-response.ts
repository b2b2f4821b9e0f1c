/** An answer of a handler as the cache keeps it: plain data. */
export interface CachedResponse {
  /** The body as JSON; `undefined` for an answer without one. */
  readonly body: string | undefined;
  /** Headers that the handler has set, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Entity tag of the body, with its quotes. */
  readonly etag: string;
  /** When it was made and when it expires, milliseconds since 1970. */
  readonly madeAt: number;
  readonly expiresAt: number;
  readonly tags: readonly string[];
}

/** Where answers are kept. A failure of the store is a miss. */
export interface ResponseCacheStore {
  /** @param key of one answer; never that of another tenant */
  get(tenantId: string, key: string): Promise<CachedResponse | undefined> | CachedResponse | undefined;
  /** Keeps an answer until it expires, is purged or is evicted for another one of the same tenant. */
  set(tenantId: string, key: string, response: CachedResponse): Promise<void> | void;
  /**
   * Drops the answers of a tenant.
   *
   * @param tag only those with this tag; default: all
   */
  purge(tenantId: string, tag?: string): Promise<void> | void;
}
