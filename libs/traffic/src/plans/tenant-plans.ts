import { numberOption, objectOption } from '@tenantry/core/spi';
import { Logger } from '@nestjs/common';
import { OptionsInvalidError } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import { resolveRatePolicies } from '../rates/rate-policy.js';
import type { ResolvedTrafficPlan, TrafficPlan, TrafficPlans } from './traffic-plan.js';

/** The greatest weight of a plan or lane. */
export const MAX_WEIGHT = 1_000;

/** Names of unknown plans that are reported; a name comes from a record, and there may be as many as tenants. */
const MAX_WARNINGS = 100;

/** The plans of an application. A tenant's plan is read from its record for each request, so a change counts at once. */
export class TenantPlans {
  readonly #plans: ReadonlyMap<string, ResolvedTrafficPlan>;
  readonly #fallback: ResolvedTrafficPlan;
  readonly #reported = new Set<string>();
  readonly #logger = new Logger('Traffic');

  /**
   * @param defaultPlan name of the plan of tenants whose record names none of these; where no plan has that name, such tenants
   *   have the weight 1 and no limits
   * @throws `MT_OPTIONS_INVALID`
   */
  constructor(plans: TrafficPlans = {}, defaultPlan = 'standard') {
    const names = Object.keys(objectOption('plans', plans));
    this.#plans = new Map(names.map((name) => [name, resolvePlan(name, plans[name])]));
    if (typeof defaultPlan !== 'string' || defaultPlan === '')
      throw new OptionsInvalidError('defaultPlan', defaultPlan, 'the name of a plan');
    this.#fallback = this.#plans.get(defaultPlan) ?? resolvePlan(defaultPlan, {});
  }

  /** The plan of a tenant. An unknown name counts as the default plan and is logged once. */
  of({ plan }: Pick<Tenant, 'plan'>): ResolvedTrafficPlan {
    const known = this.#plans.get(plan);
    if (known !== undefined) return known;
    if (plan !== this.#fallback.name) this.#report(plan);
    return this.#fallback;
  }

  /** Every plan, by its name. */
  all(): readonly ResolvedTrafficPlan[] {
    return [...this.#plans.values()];
  }

  #report(plan: string): void {
    if (this.#reported.has(plan) || this.#reported.size >= MAX_WARNINGS) return;
    this.#reported.add(plan);
    this.#logger.warn(
      `Plan ${JSON.stringify(plan)} of a tenant is not in the option plans: its limits are those of ${JSON.stringify(this.#fallback.name)}. Add the plan, or change the tenant. Logged once for each plan.`,
    );
  }
}

function resolvePlan(name: string, plan: TrafficPlan | undefined): ResolvedTrafficPlan {
  const option = `plans.${name}`;
  const { weight = 1, rate, userRate, maxQueued } = objectOption(option, plan as TrafficPlan);
  return {
    name,
    weight: numberOption(`${option}.weight`, weight, { min: 0, exclusive: true, max: MAX_WEIGHT }),
    rate: resolveRatePolicies(`${option}.rate`, rate),
    userRate: resolveRatePolicies(`${option}.userRate`, userRate),
    maxQueued:
      maxQueued === undefined
        ? undefined
        : numberOption(`${option}.maxQueued`, maxQueued, { min: 1, max: 100_000, whole: true }),
  };
}
