import { BoundedMap } from '../kernel/bounded-map.js';
import { resolveCachedCatalogOptions } from './cached-tenant-catalog-options.js';
import type { CachedTenantCatalogOptions } from './cached-tenant-catalog-options.js';
import { withDeadline } from './catalog-deadline.js';
import type {
  InvalidatableTenantCatalog,
  SynchronousTenantCatalog,
  TenantCatalogReader,
  TenantListQuery,
  TenantPage,
} from './tenant-catalog.js';
import type { Tenant } from '../tenant/tenant.js';

export type { CachedTenantCatalogOptions } from './cached-tenant-catalog-options.js';

interface Answer {
  readonly tenant: Tenant | null;
  readonly askedAt: number;
  /** When the catalog last failed to renew this answer. */
  readonly failedAt?: number;
}

/**
 * Caches the answers of a slower catalog for a short time. Concurrent look-ups of one identifier share one query. Unknown
 * identifiers cannot evict known tenants. An outage, a catalog that does not answer in time included, is never
 * cached as "unknown"; while it lasts, known tenants are served from the cache without waiting for it each time.
 */
export class CachedTenantCatalog implements TenantCatalogReader, SynchronousTenantCatalog, InvalidatableTenantCatalog {
  readonly #catalog: TenantCatalogReader;
  readonly #options: Required<CachedTenantCatalogOptions>;
  readonly #known: BoundedMap<Answer>;
  readonly #unknown: BoundedMap<Answer>;
  readonly #asking = new Map<string, Promise<Tenant | null>>();
  #answeredAt: number | undefined;
  #failingSince: number | undefined;
  readonly #listeners: ((tenantIds: readonly string[] | undefined) => void)[] = [];
  /** Grows with every invalidation: an answer that was asked for before it is not kept. */
  #epoch = 0;

  /** @throws `MT_OPTIONS_INVALID` */
  constructor(catalog: TenantCatalogReader, options: CachedTenantCatalogOptions = {}) {
    this.#catalog = catalog;
    this.#options = resolveCachedCatalogOptions(options);
    this.#known = new BoundedMap(this.#options.maxEntries);
    this.#unknown = new BoundedMap(this.#options.maxEntries);
  }

  /**
   * How far what is served may be behind the catalog: 0 while it answers; else milliseconds since its last answer, or since
   * its first failure where it has not answered yet.
   */
  get stalenessMs(): number {
    if (this.#failingSince === undefined) return 0;
    return this.#options.clock.now() - (this.#answeredAt ?? this.#failingSince);
  }

  peekByIdentifier(identifier: string): Tenant | null | undefined {
    const answer = this.#known.get(identifier) ?? this.#unknown.get(identifier);
    if (answer === undefined) return undefined;
    const { ttlMs, negativeTtlMs, clock } = this.#options;
    const ageMs = clock.now() - answer.askedAt;
    return ageMs < (answer.tenant === null ? negativeTtlMs : ttlMs) ? answer.tenant : undefined;
  }

  /** @throws `MT_CATALOG_UNAVAILABLE` when the catalog does not answer in time, and what the catalog throws */
  async findByIdentifier(identifier: string): Promise<Tenant | null> {
    const fresh = this.peekByIdentifier(identifier);
    if (fresh !== undefined) return fresh;
    const asking = this.#asking.get(identifier) ?? this.#ask(identifier);
    const stale = this.#isFailing(identifier) ? this.#stale(identifier) : null;
    if (stale === null) return asking;
    asking.catch(() => undefined);
    return stale;
  }

  /** Not cached: jobs look tenants up rarely, and need the current record. @throws as {@link findByIdentifier} */
  findById(id: string): Promise<Tenant | null> {
    return this.#inTime(() => this.#catalog.findById(id));
  }

  /** Not cached. @throws as {@link findByIdentifier} */
  list(query?: TenantListQuery): Promise<TenantPage> {
    return this.#inTime(() => this.#catalog.list(query));
  }

  /**
   * Drops the cached records of some tenants, at once, under all their names. Pass the record before and
   * the one after a change, so that new domains that were cached as unknown are dropped too.
   */
  invalidate(...tenants: readonly (Tenant | null | undefined)[]): void {
    this.#dropPending();
    const ids = new Set<string>();
    for (const tenant of tenants) {
      if (!tenant) continue;
      ids.add(tenant.id);
      for (const name of [tenant.id.toLowerCase(), tenant.domain, ...tenant.aliases]) {
        this.#known.delete(name);
        this.#unknown.delete(name);
      }
    }
    this.#known.deleteWhere(({ tenant }) => tenant !== null && ids.has(tenant.id));
    this.#notify([...ids]);
  }

  /**
   * Drops the cached records of some tenants of which only the ids are known, without regard to case. Their new names may be
   * cached as unknown, so that all unknown names are dropped too.
   */
  invalidateIds(tenantIds: Iterable<string>): void {
    this.#dropPending();
    const keys = new Set<string>();
    for (const id of tenantIds) keys.add(id.toLowerCase());
    this.#known.deleteWhere(({ tenant }) => tenant !== null && keys.has(tenant.id.toLowerCase()));
    this.#unknown.clear();
    this.#notify([...keys]);
  }

  /** Drops everything. */
  invalidateAll(): void {
    this.#dropPending();
    this.#known.clear();
    this.#unknown.clear();
    this.#notify(undefined);
  }

  onInvalidated(listener: (tenantIds: readonly string[] | undefined) => void): void {
    this.#listeners.push(listener);
  }

  #notify(tenantIds: readonly string[] | undefined): void {
    for (const listener of this.#listeners) listener(tenantIds);
  }

  /** Later look-ups query again; answers to earlier queries are delivered to their callers and not cached. */
  #dropPending(): void {
    this.#epoch += 1;
    this.#asking.clear();
  }

  #ask(identifier: string): Promise<Tenant | null> {
    const asking = this.#askCatalog(identifier).finally(() => {
      if (this.#asking.get(identifier) === asking) this.#asking.delete(identifier);
    });
    this.#asking.set(identifier, asking);
    return asking;
  }

  async #askCatalog(identifier: string): Promise<Tenant | null> {
    const epoch = this.#epoch;
    const askedAt = this.#options.clock.now();
    try {
      const tenant = (await this.#inTime(() => this.#catalog.findByIdentifier(identifier))) ?? null;
      if (epoch === this.#epoch) this.#store(identifier, { tenant, askedAt });
      return tenant;
    } catch (error) {
      if (epoch === this.#epoch) this.#noteFailure(identifier);
      const stale = this.#stale(identifier);
      if (stale === null) throw error;
      return stale;
    }
  }

  async #inTime<R>(ask: () => Promise<R>): Promise<R> {
    const { clock, timeoutMs } = this.#options;
    try {
      const answer = await withDeadline(clock, timeoutMs, ask);
      this.#answeredAt = clock.now();
      this.#failingSince = undefined;
      return answer;
    } catch (error) {
      this.#failingSince ??= clock.now();
      throw error;
    }
  }

  #stale(identifier: string): Tenant | null {
    const answer = this.#known.get(identifier);
    if (answer === undefined) return null;
    const { ttlMs, staleWhileUnavailableMs, clock } = this.#options;
    return clock.now() - answer.askedAt < ttlMs + staleWhileUnavailableMs ? answer.tenant : null;
  }

  /** Whether renewing this answer failed a moment ago: later callers do not wait for another failure. */
  #isFailing(identifier: string): boolean {
    const { failedAt } = this.#known.get(identifier) ?? {};
    const { ttlMs, clock } = this.#options;
    return failedAt !== undefined && clock.now() - failedAt < ttlMs;
  }

  #noteFailure(identifier: string): void {
    const answer = this.#known.get(identifier);
    if (answer !== undefined) this.#known.replace(identifier, { ...answer, failedAt: this.#options.clock.now() });
  }

  #store(identifier: string, answer: Answer): void {
    const [cache, other] = answer.tenant === null ? [this.#unknown, this.#known] : [this.#known, this.#unknown];
    other.delete(identifier);
    cache.set(detached(identifier), answer);
  }
}

/** A copy of the text: a slice in V8 would keep the whole request in memory. */
function detached(identifier: string): string {
  return Buffer.from(identifier, 'utf16le').toString('utf16le');
}
