import { OptionsInvalidError } from '../errors/usage.errors.js';
import { systemClock } from '../kernel/clock.js';
import type { Clock } from '../kernel/clock.js';

/** Options of {@link CachedTenantCatalog}. */
export interface CachedTenantCatalogOptions {
  /** How long an answer counts as fresh, counted from the question, milliseconds above 0. Default 5,000. */
  readonly ttlMs?: number;
  /** How long "unknown" is remembered, milliseconds, 0 and up. Default 1,000. */
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

/** Fills in defaults and checks. @throws {@link OptionsInvalidError} `MT_OPTIONS_INVALID` */
export function resolveCachedCatalogOptions(options: CachedTenantCatalogOptions): Required<CachedTenantCatalogOptions> {
  return Object.freeze({
    ttlMs: checked('ttlMs', options.ttlMs ?? 5_000, 'a number above 0', (value) => value > 0),
    negativeTtlMs: checked(
      'negativeTtlMs',
      options.negativeTtlMs ?? 1_000,
      'a number, 0 and up',
      (value) => value >= 0,
    ),
    staleWhileUnavailableMs: checked(
      'staleWhileUnavailableMs',
      options.staleWhileUnavailableMs ?? 60_000,
      'a number, 0 and up',
      (value) => value >= 0,
    ),
    maxEntries: checked('maxEntries', options.maxEntries ?? 10_000, 'a number, 1 and up', (value) => value >= 1),
    timeoutMs: checked(
      'timeoutMs',
      options.timeoutMs ?? 5_000,
      'a number from 1 to 600000',
      (value) => value >= 1 && value <= 600_000,
    ),
    clock: options.clock ?? systemClock,
  });
}

function checked(option: string, value: number, allowed: string, fits: (value: number) => boolean): number {
  if (typeof value === 'number' && fits(value)) return value;
  throw new OptionsInvalidError(`CachedTenantCatalog.${option}`, value, allowed);
}
