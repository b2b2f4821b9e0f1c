import { Logger } from '@nestjs/common';
import type { CachedResponse, ResponseCacheStore } from './cached-response.js';
import { SingleFlight } from './single-flight.js';

/** How often answers were found. */
export interface ResponseCacheStats {
  readonly hits: number;
  readonly misses: number;
  /** Answers that were not kept, for a reason of their own. */
  readonly uncacheable: number;
}

interface Computation {
  readonly tenantId: string;
  readonly flight: string;
  isStale: boolean;
}

/** The outcome for one request: an answer of the cache or another request, or none: then the handler's own counts. */
export interface FoundResponse {
  readonly response: CachedResponse | undefined;
  /** Whether this request has computed. */
  readonly isOwn: boolean;
}

/** The cached answers of an application. Inject it to purge. */
export class TenantResponseCache {
  readonly #store: ResponseCacheStore;
  readonly #flights = new SingleFlight<CachedResponse>();
  readonly #computing = new Set<Computation>();
  readonly #logger = new Logger('Traffic');
  #hasFailed = false;
  readonly #counts = { hits: 0, misses: 0, uncacheable: 0 };

  constructor(store: ResponseCacheStore) {
    this.#store = store;
  }

  stats(): ResponseCacheStats {
    return { ...this.#counts };
  }

  /**
   * Drops a tenant's answers, on every node that shares the store, and those that are being computed on this node.
   *
   * @param tag only the answers with this tag; default: all
   * @throws what the store throws: an answer that could not be removed may still be used until it expires
   */
  async purge(tenantId: string, tag?: string): Promise<void> {
    for (const computation of this.#computing) {
      if (computation.tenantId !== tenantId) continue;
      computation.isStale = true;
      this.#flights.forget(computation.flight);
    }
    await this.#store.purge(tenantId, tag);
  }

  /**
   * Finds an answer, or computes it once for concurrent callers.
   *
   * @param compute gives `undefined` for an answer that must not be kept
   */
  async find(
    tenantId: string,
    key: string,
    compute: () => Promise<CachedResponse | undefined>,
  ): Promise<FoundResponse> {
    let isFound = false;
    const flight = `${tenantId} ${key}`;
    const { isOwn, result } = await this.#flights.run(flight, async () => {
      const found = await this.#guarded(() => this.#store.get(tenantId, key));
      isFound = found !== undefined;
      return found ?? this.#compute({ tenantId, flight, isStale: false }, key, compute);
    });
    const isHit = isFound || (!isOwn && result !== undefined);
    this.#counts[isHit ? 'hits' : 'misses'] += 1;
    return { response: result, isOwn: isOwn && !isFound };
  }

  async #compute(
    computation: Computation,
    key: string,
    compute: () => Promise<CachedResponse | undefined>,
  ): Promise<CachedResponse | undefined> {
    this.#computing.add(computation);
    try {
      const response = await compute();
      if (response === undefined) this.#counts.uncacheable += 1;
      else if (!computation.isStale) await this.#guarded(() => this.#store.set(computation.tenantId, key, response));
      return response;
    } finally {
      this.#computing.delete(computation);
    }
  }

  /** A store that fails is a cache that misses. */
  async #guarded<R>(call: () => R): Promise<Awaited<R> | undefined> {
    try {
      return await call();
    } catch (error) {
      if (!this.#hasFailed)
        this.#logger.warn(
          `The store of the response cache fails: ${String(error)}. Handlers answer without it. Logged once.`,
        );
      this.#hasFailed = true;
      return undefined;
    }
  }
}
