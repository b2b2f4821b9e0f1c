import type { Clock } from '@tenantry/core';
import type { ResolvedRatePolicy } from './rate-policy.js';
import type { RateResult } from './rate-store.js';

/** What `rate-limiter-flexible` answers, or rejects with. */
export interface PointAnswer {
  readonly msBeforeNext?: number;
  readonly remainingPoints?: number;
}

/** The part of a limiter of `rate-limiter-flexible` that is used. */
export interface PointLimiter {
  consume(key: string, points?: number): Promise<PointAnswer>;
}

/** What a window works with. */
interface SharedWindowParts {
  readonly key: string;
  readonly policy: ResolvedRatePolicy;
  readonly limiter: PointLimiter;
  readonly clock: Clock;
  readonly batchPerMille: number;
}

/** Limits the time of a call. */
export type WithinDeadline = <R>(work: () => Promise<R>) => Promise<R>;

/** The window of one key, of which this node has leased some requests. */
export class SharedWindow {
  readonly #parts: SharedWindowParts;
  #leased = 0;
  /** Requests that the store had left at the last call. */
  #remaining = 0;
  #endsAt = -Infinity;
  #isEmpty = false;
  #leasing: Promise<void> | undefined;

  constructor(parts: SharedWindowParts) {
    this.#parts = parts;
  }

  /** Takes from what is leased, or refuses where the window is known to be used up. `undefined` = the store must be called. */
  takeLeased(cost: number, now: number): RateResult | undefined {
    if (now >= this.#endsAt) this.#begin();
    if (this.#leased >= cost) {
      this.#leased -= cost;
      return this.#result(true, now);
    }
    return this.#isEmpty ? this.#result(false, now) : undefined;
  }

  giveBack(cost: number): void {
    if (this.#endsAt > this.#parts.clock.now()) this.#leased += cost;
  }

  /** Leases a batch and takes from it. Concurrent calls share one lease. @throws what the store throws when it is not available */
  async take(cost: number, within: WithinDeadline): Promise<RateResult> {
    for (;;) {
      const taken = this.takeLeased(cost, this.#parts.clock.now());
      if (taken !== undefined) return taken;
      this.#leasing ??= this.#lease(cost, within).finally(() => (this.#leasing = undefined));
      await this.#leasing;
    }
  }

  async #lease(cost: number, within: WithinDeadline): Promise<void> {
    const { policy, batchPerMille } = this.#parts;
    const batch = Math.max(1, Math.floor((policy.requests * batchPerMille) / 1_000));
    const missing = cost - this.#leased;
    if (!(await this.#consume(Math.max(missing, batch), within))) this.#isEmpty = true;
  }

  /** @returns whether the points were leased */
  async #consume(points: number, within: WithinDeadline): Promise<boolean> {
    const { limiter, key, clock } = this.#parts;
    const answer = await within(() => limiter.consume(key, points).catch(refusalOf));
    this.#endsAt = clock.now() + Math.max(1, answer.msBeforeNext ?? 0);
    this.#remaining = Math.max(0, answer.remainingPoints ?? 0);
    if ('isRefused' in answer) return false;
    this.#leased += points;
    return true;
  }

  #begin(): void {
    this.#leased = 0;
    this.#isEmpty = false;
    this.#remaining = 0;
  }

  #result(isAllowed: boolean, now: number): RateResult {
    const resetMs = Math.max(0, this.#endsAt - now);
    const remaining = isAllowed ? this.#leased + this.#remaining : 0;
    return { isAllowed, remaining, retryAfterMs: isAllowed ? 0 : resetMs, resetMs };
  }
}

/** A limiter rejects with an answer where the limit is used up, and with an error where the store fails. */
function refusalOf(reason: unknown): PointAnswer & { readonly isRefused: true } {
  const { msBeforeNext } = Object(reason) as PointAnswer;
  if (reason instanceof Error || typeof msBeforeNext !== 'number') throw reason;
  return { msBeforeNext, remainingPoints: 0, isRefused: true };
}
