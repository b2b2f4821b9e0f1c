import type { MaybePromise } from '@tenantry/core/spi';
import { RateExceededError } from '../errors/traffic.errors.js';
import type { ResolvedRatePolicy } from './rate-policy.js';
import type { RateResult, RateStore } from './rate-store.js';

/** What a limit has answered. */
export interface RateDecision extends RateResult {
  readonly policy: ResolvedRatePolicy;
}

/** What is limited. */
export interface RateSubject {
  /** Part of the key: the tenant, with a user or a route. */
  readonly key: string;
  readonly tenantId: string;
  readonly cost: number;
}

/** Takes a request from several limits, or from none of them. */
export class RateLimiter {
  readonly #store: RateStore;
  #allowed = 0;
  #refused = 0;

  constructor(store: RateStore) {
    this.#store = store;
  }

  /** Closes the store. */
  async close(): Promise<void> {
    await this.#store.close?.();
  }

  /** Requests that were counted. */
  stats(): { readonly allowed: number; readonly refused: number } {
    return { allowed: this.#allowed, refused: this.#refused };
  }

  /** @returns the answer of each limit @throws `MT_RATE_EXCEEDED` (429) with `Retry-After` */
  take(subject: RateSubject, policies: readonly ResolvedRatePolicy[]): MaybePromise<readonly RateDecision[]> {
    return this.#takeFrom(subject, policies, []);
  }

  #takeFrom(
    subject: RateSubject,
    policies: readonly ResolvedRatePolicy[],
    taken: RateDecision[],
  ): MaybePromise<readonly RateDecision[]> {
    for (let index = taken.length; index < policies.length; index += 1) {
      const policy = policies[index] as ResolvedRatePolicy;
      const result = this.#store.take(keyOf(subject, policy), subject.cost, policy);
      if (result instanceof Promise)
        return result.then((late) => {
          this.#decided(subject, taken, { ...late, policy });
          return this.#takeFrom(subject, policies, taken);
        });
      this.#decided(subject, taken, { ...result, policy });
    }
    if (policies.length > 0) this.#allowed += 1;
    return taken;
  }

  #decided(subject: RateSubject, taken: RateDecision[], decision: RateDecision): void {
    if (decision.isAllowed) {
      taken.push(decision);
      return;
    }
    this.#refused += 1;
    for (const { policy } of taken) void this.#store.giveBack(keyOf(subject, policy), subject.cost, policy);
    throw new RateExceededError(decision.policy.name, subject.tenantId, decision.retryAfterMs);
  }
}

function keyOf({ key }: RateSubject, { name }: ResolvedRatePolicy): string {
  return `${key} ${name}`;
}
