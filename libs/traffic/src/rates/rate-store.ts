import type { MaybePromise } from '@tenantry/core/spi';
import type { ResolvedRatePolicy } from './rate-policy.js';

/** The answer of a {@link RateStore}. */
export interface RateResult {
  readonly isAllowed: boolean;
  /** Whole requests that are left at once. */
  readonly remaining: number;
  /** Milliseconds until the same cost is admitted; 0 where it was. */
  readonly retryAfterMs: number;
  /** Milliseconds until the limit is whole again. */
  readonly resetMs: number;
}

/** Where rates are counted. One number or a few per key, kept until they no longer matter. */
export interface RateStore {
  /**
   * Takes requests from a limit, or none of them. A cost above the burst is taken when the limit is whole.
   *
   * @param key names what is limited, and the policy
   * @param cost 1 to 1,000,000
   */
  take(key: string, cost: number, policy: ResolvedRatePolicy): MaybePromise<RateResult>;
  /** Gives back what {@link take} has taken: another limit of the same request has refused it. */
  giveBack(key: string, cost: number, policy: ResolvedRatePolicy): MaybePromise<void>;
  /** Releases what the store has open. Default: nothing is open. */
  close?(): MaybePromise<void>;
}
