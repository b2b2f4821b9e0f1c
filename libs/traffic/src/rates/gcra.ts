import type { ResolvedRatePolicy } from './rate-policy.js';
import type { RateResult } from './rate-store.js';

/** What a take did: the answer, and the number to keep, which is the old one where nothing was taken. */
export interface Taken extends RateResult {
  readonly kept: number;
}

/**
 * The generic cell rate algorithm. One number is kept per key: the theoretical arrival time, at which the limit is whole again.
 *
 * @param arrivalMs what was kept, or anything that has passed
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
export function takeFromRate(arrivalMs: number, nowMs: number, cost: number, policy: ResolvedRatePolicy): Taken {
  const { requests, perMs, burst } = policy;
  const intervalMs = perMs / requests;
  const isWhole = arrivalMs <= nowMs;
  const from = isWhole ? nowMs : arrivalMs;
  const next = from + cost * intervalMs;
  const isAllowed = isWhole || next - burst * intervalMs <= nowMs;
  const kept = isAllowed ? next : arrivalMs;
  const waitMs = (cost > burst ? from : next - burst * intervalMs) - nowMs;
  return {
    kept,
    isAllowed,
    remaining: Math.max(0, Math.floor((nowMs + burst * intervalMs - Math.max(kept, nowMs)) / intervalMs + 1e-9)),
    retryAfterMs: isAllowed ? 0 : waitMs,
    resetMs: Math.max(0, kept - nowMs),
  };
}

/**
 * A quota per window since 1970.
 *
 * @param count requests of the running window
 */
export function takeFromQuota(count: number, nowMs: number, cost: number, policy: ResolvedRatePolicy): Taken {
  const { requests, perMs } = policy;
  const leftMs = perMs - (nowMs % perMs);
  const isAllowed = count === 0 || count + cost <= requests;
  const kept = isAllowed ? count + cost : count;
  return {
    kept,
    isAllowed,
    remaining: Math.max(0, Math.floor(requests - kept)),
    retryAfterMs: isAllowed ? 0 : leftMs,
    resetMs: leftMs,
  };
}
