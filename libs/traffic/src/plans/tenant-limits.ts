import { Logger } from '@nestjs/common';
import type { Tenant } from '@tenantry/core';
import { resolveRatePolicies } from '../rates/rate-policy.js';
import type { RatePolicy, ResolvedRatePolicy } from '../rates/rate-policy.js';

/** Limits that a tenant sets for itself, in `settings.traffic` of its record. They count beside those of its plan. */
export interface OwnLimits {
  /** Limits on all requests of the tenant together. */
  readonly rate?: RatePolicy | readonly RatePolicy[];
  /** Limits on each of its users. */
  readonly userRate?: RatePolicy | readonly RatePolicy[];
}

/** {@link OwnLimits}, checked. */
export interface ResolvedOwnLimits {
  readonly rate: readonly ResolvedRatePolicy[];
  readonly userRate: readonly ResolvedRatePolicy[];
}

const NONE: ResolvedOwnLimits = { rate: [], userRate: [] };

/** Checks limits of a tenant before they are written into its record. @throws `MT_OPTIONS_INVALID` */
export function resolveOwnLimits(limits: OwnLimits = {}): ResolvedOwnLimits {
  return {
    rate: resolveRatePolicies('traffic.rate', limits.rate).map(own),
    userRate: resolveRatePolicies('traffic.userRate', limits.userRate).map(own),
  };
}

/** The limits that tenants have set for themselves; read once for each record. */
export class TenantLimits {
  readonly #known = new WeakMap<object, ResolvedOwnLimits>();
  readonly #logger = new Logger('Traffic');
  #isReported = false;

  /** Limits that are not acceptable do not count, with one warning: those of the plan remain. */
  of(tenant: Pick<Tenant, 'settings' | 'id'>): ResolvedOwnLimits {
    const settings = tenant.settings['traffic'];
    if (typeof settings !== 'object' || settings === null) return NONE;
    const known = this.#known.get(settings);
    if (known !== undefined) return known;
    const limits = this.#resolve(settings as OwnLimits, tenant.id);
    this.#known.set(settings, limits);
    return limits;
  }

  #resolve(limits: OwnLimits, tenantId: string): ResolvedOwnLimits {
    try {
      return resolveOwnLimits(limits);
    } catch (error) {
      if (!this.#isReported)
        this.#logger.warn(`settings.traffic of tenant ${tenantId} does not count: ${String(error)} Logged once.`);
      this.#isReported = true;
      return NONE;
    }
  }
}

/** Their names are those of no plan's limits. */
function own(policy: ResolvedRatePolicy): ResolvedRatePolicy {
  return { ...policy, name: `own-${policy.name}` };
}
