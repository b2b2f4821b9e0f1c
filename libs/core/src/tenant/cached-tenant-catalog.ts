import { OptionsInvalidError } from '../errors/usage.errors.js';
import type { SynchronousTenantCatalog, TenantCatalogReader, TenantListQuery, TenantPage } from './tenant-catalog.js';
import type { Tenant } from './tenant.js';

/** Options of {@link CachedTenantCatalog}. */
export interface CachedTenantCatalogOptions {
  /** How long an answer counts as fresh, milliseconds above 0. Default 5,000. */
  readonly ttlMs?: number;
  /** How long "unknown" is remembered, milliseconds, 0 and up. Default 1,000. */
  readonly negativeTtlMs?: number;
  /** How long a known tenant is served from the cache while the catalog cannot be asked, milliseconds, 0 and up. Default 60,000. */
  readonly staleWhileUnavailableMs?: number;
  /** Known identifiers kept, 1 and up. Default 10,000. As many unknown ones are kept beside them, in a cache of their own. */
  readonly maxEntries?: number;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

interface Answer {
  readonly tenant: Tenant | null;
  readonly askedAt: number;
}

/**
 * Keeps the answers of a slower catalog for a short while. Concurrent look-ups of one identifier ask once. Made-up
 * identifiers cannot push known tenants out. An outage is never remembered as "unknown".
 */
export class CachedTenantCatalog implements TenantCatalogReader, SynchronousTenantCatalog {
  readonly #catalog: TenantCatalogReader;
  readonly #options: Required<CachedTenantCatalogOptions>;
  readonly #known = new Map<string, Answer>();
  readonly #unknown = new Map<string, Answer>();
  readonly #asking = new Map<string, Promise<Tenant | null>>();
  /** Grows with every invalidation: an answer that was asked for before it is not kept. */
  #epoch = 0;

  /** @throws `MT_OPTIONS_INVALID` */
  constructor(catalog: TenantCatalogReader, options: CachedTenantCatalogOptions = {}) {
    this.#catalog = catalog;
    this.#options = {
      ttlMs: checked('ttlMs', options.ttlMs ?? 5_000, Number.MIN_VALUE),
      negativeTtlMs: checked('negativeTtlMs', options.negativeTtlMs ?? 1_000, 0),
      staleWhileUnavailableMs: checked('staleWhileUnavailableMs', options.staleWhileUnavailableMs ?? 60_000, 0),
      maxEntries: checked('maxEntries', options.maxEntries ?? 10_000, 1),
      now: options.now ?? (() => performance.now()),
    };
  }

  peekByIdentifier(identifier: string): Tenant | null | undefined {
    const answer = this.#known.get(identifier) ?? this.#unknown.get(identifier);
    if (answer === undefined) return undefined;
    const { ttlMs, negativeTtlMs, now } = this.#options;
    const ageMs = now() - answer.askedAt;
    return ageMs < (answer.tenant === null ? negativeTtlMs : ttlMs) ? answer.tenant : undefined;
  }

  async findByIdentifier(identifier: string): Promise<Tenant | null> {
    const fresh = this.peekByIdentifier(identifier);
    if (fresh !== undefined) return fresh;
    const asking = this.#asking.get(identifier) ?? this.#ask(identifier);
    return asking;
  }

  /** Not cached: jobs ask rarely, and want the truth. */
  findById(id: string): Promise<Tenant | null> {
    return this.#catalog.findById(id);
  }

  list(query?: TenantListQuery): Promise<TenantPage> {
    return this.#catalog.list(query);
  }

  /**
   * Forgets everything about some tenants, at once. Pass the record before and the one after a change, so that new
   * domains that were remembered as unknown are forgotten too.
   */
  invalidate(...tenants: readonly (Tenant | null | undefined)[]): void {
    this.#epoch += 1;
    this.#asking.clear();
    for (const tenant of tenants) {
      if (!tenant) continue;
      for (const name of [tenant.id.toLowerCase(), tenant.domain, ...tenant.aliases]) {
        this.#known.delete(name);
        this.#unknown.delete(name);
      }
    }
  }

  /** Forgets everything. */
  invalidateAll(): void {
    this.#epoch += 1;
    this.#asking.clear();
    this.#known.clear();
    this.#unknown.clear();
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
    try {
      const tenant = (await this.#catalog.findByIdentifier(identifier)) ?? null;
      if (epoch === this.#epoch) this.#remember(identifier, tenant);
      return tenant;
    } catch (error) {
      const stale = this.#stale(identifier);
      if (stale === null) throw error;
      return stale;
    }
  }

  #stale(identifier: string): Tenant | null {
    const answer = this.#known.get(identifier);
    if (answer === undefined) return null;
    const { ttlMs, staleWhileUnavailableMs, now } = this.#options;
    return now() - answer.askedAt < ttlMs + staleWhileUnavailableMs ? answer.tenant : null;
  }

  #remember(identifier: string, tenant: Tenant | null): void {
    const [cache, other] = tenant === null ? [this.#unknown, this.#known] : [this.#known, this.#unknown];
    other.delete(identifier);
    cache.delete(identifier);
    cache.set(identifier, { tenant, askedAt: this.#options.now() });
    if (cache.size > this.#options.maxEntries) cache.delete(cache.keys().next().value as string);
  }
}

function checked(option: string, value: number, min: number): number {
  if (typeof value === 'number' && value >= min) return value;
  throw new OptionsInvalidError(
    `CachedTenantCatalog.${option}`,
    value,
    min === 0 ? 'a number, 0 and up' : 'a number above 0',
  );
}
