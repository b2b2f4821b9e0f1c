import type { EvictionCause } from './registry-options.js';

/** How long creations took, in milliseconds. */
export interface CreationTimes {
  readonly count: number;
  readonly totalMs: number;
  readonly maxMs: number;
  readonly lastMs: number;
}

/** What a registry is doing and has done since it was made. A snapshot. */
export interface RegistryStats {
  /** Clients that can be leased now. */
  readonly size: number;
  /** Creations under way or waiting for room. */
  readonly creating: number;
  /** Evicted clients that are not disposed yet. */
  readonly draining: number;
  /** Leases held now. */
  readonly leases: number;
  /** Everything that counts against `maxClients`: ready, creating, draining. */
  readonly occupied: number;
  readonly weight: number;
  /** Tenants waiting for room. */
  readonly waiting: number;
  /** Calls that found a client. */
  readonly hits: number;
  /** Calls that found none. A request whose client is still to be made is two: it looks, and then waits for it. */
  readonly misses: number;
  readonly evictions: Readonly<Record<EvictionCause, number>>;
  /** Failed creations, timeouts included. */
  readonly failures: number;
  readonly creations: CreationTimes;
}

/** The running totals behind {@link RegistryStats}. */
export class RegistryCounters {
  hits = 0;
  misses = 0;
  failures = 0;
  leases = 0;
  readonly evictions: Record<EvictionCause, number> = {
    idle: 0,
    capacity: 0,
    invalidated: 0,
    replaced: 0,
    rotated: 0,
    unhealthy: 0,
    dependency: 0,
    shutdown: 0,
    late: 0,
  };
  #creations: CreationTimes = { count: 0, totalMs: 0, maxMs: 0, lastMs: 0 };

  /** Counts a look-up. */
  count(found: boolean): void {
    if (found) this.hits += 1;
    else this.misses += 1;
  }

  snapshot(): Pick<RegistryStats, 'hits' | 'misses' | 'failures' | 'leases' | 'evictions' | 'creations'> {
    const { hits, misses, failures, leases } = this;
    return { hits, misses, failures, leases, evictions: { ...this.evictions }, creations: this.#creations };
  }

  addCreation(durationMs: number): void {
    const { count, totalMs, maxMs } = this.#creations;
    this.#creations = {
      count: count + 1,
      totalMs: totalMs + durationMs,
      maxMs: Math.max(maxMs, durationMs),
      lastMs: durationMs,
    };
  }
}
