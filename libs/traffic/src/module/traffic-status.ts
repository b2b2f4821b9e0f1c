import type { AdmissionStats, FairAdmission } from '../admission/fair-admission.js';
import type { ResponseCacheStats, TenantResponseCache } from '../cache/tenant-response-cache.js';
import type { Maintenance, MaintenanceNotice } from '../entry/maintenance.js';
import type { TenantPlans } from '../plans/tenant-plans.js';
import type { ResolvedTrafficPlan } from '../plans/traffic-plan.js';
import type { RateLimiter } from '../rates/rate-limiter.js';

/** The traffic of this node as it is now. */
export interface TrafficReport {
  readonly admission: AdmissionStats;
  readonly rates: { readonly allowed: number; readonly refused: number };
  readonly cache: ResponseCacheStats;
  readonly plans: readonly ResolvedTrafficPlan[];
  readonly maintenance: readonly MaintenanceNotice[];
}

interface StatusParts {
  readonly admission: FairAdmission;
  readonly limiter: RateLimiter;
  readonly cache: TenantResponseCache;
  readonly plans: TenantPlans;
  readonly maintenance: Maintenance;
}

/** Shows the lanes, limits and refusals of this node. For the operator: it names tenants. */
export class TrafficStatus {
  readonly #parts: StatusParts;

  constructor(parts: StatusParts) {
    this.#parts = parts;
  }

  report(): TrafficReport {
    const { admission, limiter, cache, plans, maintenance } = this.#parts;
    return {
      admission: admission.stats(),
      rates: limiter.stats(),
      cache: cache.stats(),
      plans: plans.all(),
      maintenance: maintenance.notices(),
    };
  }
}
