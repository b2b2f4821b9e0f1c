import { Logger } from '@nestjs/common';
import { OptionsInvalidError, systemClock } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import { BoundedMap, numberOption, withinDeadline } from '@tenantry/core/spi';
import type { MaybePromise } from '@tenantry/core/spi';
import { MemoryRateStore } from './memory-rate-store.js';
import type { ResolvedRatePolicy } from './rate-policy.js';
import type { RateResult, RateStore } from './rate-store.js';
import { SharedWindow } from './shared-window.js';
import type { PointLimiter } from './shared-window.js';

/** A limiter of `rate-limiter-flexible` that is to be made. */
export interface PointLimiterOptions {
  readonly keyPrefix: string;
  /** Requests per window. */
  readonly points: number;
  /** Seconds of a window. */
  readonly duration: number;
}

/** Options of {@link LeasedRateStore}. */
export interface LeasedRateStoreOptions {
  /** Makes the limiter of one policy: `(options) => new RateLimiterRedis({ ...options, storeClient })`. Called once for each policy. */
  readonly limiter: (options: PointLimiterOptions) => PointLimiter;
  /** How many requests of a limit are leased at once, per thousand of it, 1 to 100. Default 5. */
  readonly batchPerMille?: number;
  /** Milliseconds that a call of the store may take, 1 to 60,000. Default 250. */
  readonly timeoutMs?: number;
  /** Milliseconds after a failure in which the store is not called, 1 to 600,000. Default 1,000. */
  readonly pauseMs?: number;
  /** Default: the system's monotonic clock. */
  readonly clock?: Clock;
}

const MAX_WINDOWS = 100_000;

/**
 * Counts on all nodes together, in Redis, Valkey or PostgreSQL, by `rate-limiter-flexible`. Windows of `perMs` begin with their first
 * request; `burst` does not count. Each node leases batches, so that most requests do not call the store. While the store is not
 * available, each node counts in memory by itself, with one warning; no request fails.
 */
export class LeasedRateStore implements RateStore {
  readonly #options: Required<LeasedRateStoreOptions>;
  readonly #limiters = new Map<string, PointLimiter>();
  readonly #windows = new BoundedMap<SharedWindow>(MAX_WINDOWS);
  readonly #local = new MemoryRateStore();
  readonly #logger = new Logger('Traffic');
  #pausedUntil = -Infinity;
  #isReported = false;

  /** @throws `MT_OPTIONS_INVALID` */
  constructor({
    limiter,
    batchPerMille = 5,
    timeoutMs = 250,
    pauseMs = 1_000,
    clock = systemClock,
  }: LeasedRateStoreOptions) {
    if (typeof limiter !== 'function')
      throw new OptionsInvalidError('LeasedRateStore.limiter', limiter, 'a function that makes a limiter');
    this.#options = {
      limiter,
      batchPerMille: numberOption('LeasedRateStore.batchPerMille', batchPerMille, { min: 1, max: 100, whole: true }),
      timeoutMs: numberOption('LeasedRateStore.timeoutMs', timeoutMs, { min: 1, max: 60_000, whole: true }),
      pauseMs: numberOption('LeasedRateStore.pauseMs', pauseMs, { min: 1, max: 600_000, whole: true }),
      clock,
    };
  }

  take(key: string, cost: number, policy: ResolvedRatePolicy): MaybePromise<RateResult> {
    const now = this.#options.clock.now();
    if (now < this.#pausedUntil) return this.#local.take(key, cost, policy);
    const window = this.#windowOf(key, policy);
    const known = window.takeLeased(cost, now);
    return known ?? this.#takeShared(window, key, cost, policy);
  }

  giveBack(key: string, cost: number, policy: ResolvedRatePolicy): void {
    if (this.#options.clock.now() < this.#pausedUntil) this.#local.giveBack(key, cost, policy);
    else this.#windows.get(key)?.giveBack(cost);
  }

  async #takeShared(window: SharedWindow, key: string, cost: number, policy: ResolvedRatePolicy): Promise<RateResult> {
    try {
      return await window.take(cost, (work) => this.#withinDeadline(work));
    } catch (error) {
      this.#fail(error);
      return this.#local.take(key, cost, policy);
    }
  }

  #withinDeadline<R>(work: () => Promise<R>): Promise<R> {
    const { clock, timeoutMs } = this.#options;
    return withinDeadline({ clock, timeoutMs, onTimeout: () => new Error(`no answer within ${timeoutMs} ms`) }, work);
  }

  #fail(error: unknown): void {
    const { clock, pauseMs } = this.#options;
    this.#pausedUntil = clock.now() + pauseMs;
    if (this.#isReported) return;
    this.#isReported = true;
    const what = error instanceof Error ? error.message : 'an unknown error';
    this.#logger.warn(
      `The store of rates is not available (${what}): each node counts by itself meanwhile. Logged once.`,
    );
  }

  #windowOf(key: string, policy: ResolvedRatePolicy): SharedWindow {
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    const { clock, batchPerMille } = this.#options;
    const window = new SharedWindow({ key, policy, limiter: this.#limiterOf(policy), clock, batchPerMille });
    this.#windows.set(key, window);
    return window;
  }

  #limiterOf({ name, requests, perMs }: ResolvedRatePolicy): PointLimiter {
    const id = `${name} ${requests} ${perMs}`;
    const known = this.#limiters.get(id);
    if (known !== undefined) return known;
    const options = {
      keyPrefix: `tenantry:${name}`,
      points: Math.max(1, Math.floor(requests)),
      duration: perMs / 1_000,
    };
    const limiter = this.#options.limiter(options);
    this.#limiters.set(id, limiter);
    return limiter;
  }
}
