import { systemClock } from '../kernel/clock.js';
import type { Clock } from '../kernel/clock.js';
import { numberOption } from '../kernel/option-checks.js';
import type { NumberRange } from '../kernel/option-checks.js';

/** Options of {@link CachedTenantCatalog}. */
export interface CachedTenantCatalogOptions {
  /** How long an answer counts as fresh, counted from the question, milliseconds above 0. Default 5,000. */
  readonly ttlMs?: number;
  /** How long "unknown" is cached, milliseconds, 0 and up. Default 1,000. */
  readonly negativeTtlMs?: number;
  /** How long a known tenant is served from the cache while the catalog cannot be asked, milliseconds, 0 and up. Default 60,000. */
  readonly staleWhileUnavailableMs?: number;
  /** Known identifiers kept, 1 and up. Default 10,000. As many unknown ones are kept beside them, in a cache of their own. */
  readonly maxEntries?: number;
  /** How long a call of the catalog may take before it counts as an outage, milliseconds, 1 to 600,000. Default 5,000. */
  readonly timeoutMs?: number;
  /** Where it takes time from. Default: the system's monotonic clock. */
  readonly clock?: Clock;
}

type Limit = 'ttlMs' | 'negativeTtlMs' | 'staleWhileUnavailableMs' | 'maxEntries' | 'timeoutMs';

const LIMITS: Readonly<Record<Limit, readonly [fallback: number, range: NumberRange]>> = {
  ttlMs: [5_000, { min: 0, exclusive: true, infinite: true }],
  negativeTtlMs: [1_000, { min: 0, infinite: true }],
  staleWhileUnavailableMs: [60_000, { min: 0, infinite: true }],
  maxEntries: [10_000, { min: 1, infinite: true }],
  timeoutMs: [5_000, { min: 1, max: 600_000 }],
};

/** Fills in defaults and checks. @throws `MT_OPTIONS_INVALID` */
export function resolveCachedCatalogOptions(options: CachedTenantCatalogOptions): Required<CachedTenantCatalogOptions> {
  const limits = (Object.keys(LIMITS) as Limit[]).map((limit) => {
    const [fallback, range] = LIMITS[limit];
    return [limit, numberOption(`CachedTenantCatalog.${limit}`, options[limit] ?? fallback, range)];
  });
  return Object.freeze({
    ...(Object.fromEntries(limits) as Record<Limit, number>),
    clock: options.clock ?? systemClock,
  });
}
