import { BoundedMap, numberOption } from '@tenantry/core/spi';
import { takeFromQuota, takeFromRate } from './gcra.js';
import type { ResolvedRatePolicy } from './rate-policy.js';
import type { RateResult, RateStore } from './rate-store.js';

/** Options of {@link MemoryRateStore}. */
export interface MemoryRateStoreOptions {
  /** Keys that are kept, 1 to 10,000,000; beyond, the one that was used longest ago is forgotten. Default 100,000. */
  readonly maxKeys?: number;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

interface Kept {
  /** An arrival time, or a count. */
  value: number;
  /** When the entry no longer matters. */
  endsAt: number;
}

/** Counts in the memory of this process: each node admits the limit for itself. */
export class MemoryRateStore implements RateStore {
  readonly #kept: BoundedMap<Kept>;
  readonly #now: () => number;

  /** @throws `MT_OPTIONS_INVALID` */
  constructor({ maxKeys = 100_000, now = Date.now }: MemoryRateStoreOptions = {}) {
    this.#kept = new BoundedMap(
      numberOption('MemoryRateStore.maxKeys', maxKeys, { min: 1, max: 10_000_000, whole: true }),
    );
    this.#now = now;
  }

  /** How many keys are kept. */
  get size(): number {
    return this.#kept.size;
  }

  take(key: string, cost: number, policy: ResolvedRatePolicy): RateResult {
    const now = this.#now();
    const isQuota = policy.kind === 'quota';
    const before = this.#current(key, now);
    const { kept, ...result } = (isQuota ? takeFromQuota : takeFromRate)(before, now, cost, policy);
    if (result.isAllowed) this.#kept.set(key, { value: kept, endsAt: now + result.resetMs });
    return result;
  }

  giveBack(key: string, cost: number, policy: ResolvedRatePolicy): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    const back = policy.kind === 'quota' ? cost : (cost * policy.perMs) / policy.requests;
    kept.value = Math.max(0, kept.value - back);
    if (policy.kind === 'rate') kept.endsAt = kept.value;
  }

  #current(key: string, now: number): number {
    const kept = this.#kept.get(key);
    return kept === undefined || kept.endsAt <= now ? 0 : kept.value;
  }
}
