import { systemClock } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import { numberOption } from '@tenantry/core/spi';
import type { TenantPlacement, TenantPlacementReader } from './tenant-placement.js';

/** What may be set for {@link CachedPlacements}. */
export interface CachedPlacementsOptions {
  /** Milliseconds for which an answer holds, from the question on. Above 0; default 1,000. A move has to wait for longer than this. */
  readonly maxAgeMs?: number;
  /** Cached tenants. 1 and up; default 10,000. */
  readonly maxEntries?: number;
  /** Default: the system's monotonic clock. */
  readonly clock?: Clock;
}

interface CachedPlacement {
  readonly askedAt: number;
  readonly answer: Promise<TenantPlacement | null>;
}

/** Caches for a moment where tenants are, with one query for concurrent callers. Failures are not cached. */
export class CachedPlacements implements TenantPlacementReader {
  readonly #reader: TenantPlacementReader;
  readonly #maxAgeMs: number;
  readonly #maxEntries: number;
  readonly #clock: Clock;
  readonly #entries = new Map<string, CachedPlacement>();

  /** @throws `MT_OPTIONS_INVALID` */
  constructor(reader: TenantPlacementReader, options: CachedPlacementsOptions = {}) {
    const { maxAgeMs = 1_000, maxEntries = 10_000, clock = systemClock } = options;
    this.#reader = reader;
    this.#maxAgeMs = numberOption('maxAgeMs', maxAgeMs, { min: 0, exclusive: true, unit: 'milliseconds' });
    this.#maxEntries = numberOption('maxEntries', maxEntries, { min: 1, whole: true });
    this.#clock = clock;
  }

  find(tenantId: string): Promise<TenantPlacement | null> {
    const now = this.#clock.now();
    const known = this.#entries.get(tenantId);
    if (known !== undefined && now - known.askedAt < this.#maxAgeMs) return known.answer;
    const entry = { askedAt: now, answer: Promise.resolve(this.#reader.find(tenantId)) };
    this.#store(tenantId, entry);
    entry.answer.catch(() => {
      if (this.#entries.get(tenantId) === entry) this.#entries.delete(tenantId);
    });
    return entry.answer;
  }

  /** Drops one tenant, or all of them. */
  forget(tenantId?: string): void {
    if (tenantId === undefined) this.#entries.clear();
    else this.#entries.delete(tenantId);
  }

  #store(tenantId: string, entry: CachedPlacement): void {
    this.#entries.delete(tenantId);
    this.#entries.set(tenantId, entry);
    if (this.#entries.size <= this.#maxEntries) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
