import { SetMetadata } from '@nestjs/common';
import { ArgumentInvalidError } from '@tenantry/core';
import { resolveRatePolicy } from '../rates/rate-policy.js';
import type { RatePolicy } from '../rates/rate-policy.js';

/** Metadata key of {@link TrafficCost}. */
export const TRAFFIC_COST = 'tenantry:traffic-cost';
/** Metadata key of {@link TrafficRate}. */
export const TRAFFIC_RATE = 'tenantry:traffic-rate';

const MAX_COST = 1_000_000;

/**
 * How many requests a call of this handler counts as, in the limits of the tenant and of the user. Needs `TrafficGuard`.
 *
 * @param cost 1 to 1,000,000
 * @throws {@link ArgumentInvalidError} `MT_ARGUMENT_INVALID`
 */
export function TrafficCost(cost: number): MethodDecorator & ClassDecorator {
  if (!Number.isInteger(cost) || cost < 1 || cost > MAX_COST)
    throw new ArgumentInvalidError('cost', cost, `an integer from 1 to ${MAX_COST}`);
  return SetMetadata(TRAFFIC_COST, cost);
}

/**
 * A limit on the calls of this handler by each tenant. Needs `TrafficGuard`.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function TrafficRate(policy: RatePolicy): MethodDecorator {
  return SetMetadata(TRAFFIC_RATE, resolveRatePolicy('TrafficRate', policy));
}
