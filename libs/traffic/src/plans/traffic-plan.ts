import type { RatePolicy, ResolvedRatePolicy } from '../rates/rate-policy.js';

/** What a tenant's plan allows, by the `plan` of its record. */
export interface TrafficPlan {
  /** Share of the server beside other tenants that want it too; above 0, up to 1,000. Default 1. */
  readonly weight?: number;
  /** Limits on all requests of a tenant together. Default: none. */
  readonly rate?: RatePolicy | readonly RatePolicy[];
  /** Limits on each user of a tenant, taken behind authentication. Default: none. */
  readonly userRate?: RatePolicy | readonly RatePolicy[];
  /** Requests that may wait for one tenant, 1 to 100,000. Default: `fairness.maxQueuedPerTenant`. */
  readonly maxQueued?: number;
}

/** A {@link TrafficPlan} that is checked and complete. */
export interface ResolvedTrafficPlan {
  readonly name: string;
  readonly weight: number;
  readonly rate: readonly ResolvedRatePolicy[];
  readonly userRate: readonly ResolvedRatePolicy[];
  readonly maxQueued: number | undefined;
}

/** Plans by name. */
export type TrafficPlans = Readonly<Record<string, TrafficPlan>>;
