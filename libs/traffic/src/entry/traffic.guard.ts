import { Inject, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { SUPER_TENANT_ID, TenantContext } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import type { AuthenticatedRequest, PrincipalOf } from '../kernel/principal.js';
import { TenantLimits } from '../plans/tenant-limits.js';
import { TenantPlans } from '../plans/tenant-plans.js';
import { RateLimiter } from '../rates/rate-limiter.js';
import type { ResolvedRatePolicy } from '../rates/rate-policy.js';
import { TRAFFIC_COST, TRAFFIC_RATE } from './traffic-cost.js';

/** Injection token of the function that names the user of a request. */
export const TRAFFIC_PRINCIPAL = Symbol('tenantry.traffic-principal');

/**
 * Takes what is known only behind authentication: the limits of each user, `@TrafficCost` and `@TrafficRate`. Attach it behind the
 * guard that authenticates. The request itself was counted before, with a cost of 1.
 */
@Injectable()
export class TrafficGuard implements CanActivate {
  readonly #context: TenantContext;
  readonly #plans: TenantPlans;
  readonly #limits: TenantLimits;
  readonly #limiter: RateLimiter;
  readonly #principalOf: PrincipalOf;

  constructor(
    context: TenantContext,
    plans: TenantPlans,
    limits: TenantLimits,
    limiter: RateLimiter,
    @Inject(TRAFFIC_PRINCIPAL) principalOf: PrincipalOf,
  ) {
    this.#context = context;
    this.#plans = plans;
    this.#limits = limits;
    this.#limiter = limiter;
    this.#principalOf = principalOf;
  }

  /** @throws `MT_RATE_EXCEEDED` (429); what is wrong with the tenant */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const tenant = this.#context.tenantOrNull;
    if (context.getType() !== 'http' || tenant === null || tenant.id === SUPER_TENANT_ID) return true;
    const [handler, controller] = [context.getHandler(), context.getClass()];
    const cost = numberOf(handler, controller);
    const plan = this.#plans.of(tenant);
    const own = this.#limits.of(tenant);
    const take = async (key: string, count: number, policies: readonly ResolvedRatePolicy[]): Promise<void> =>
      void (await this.#limiter.take({ key, tenantId: tenant.id, cost: count }, policies));
    const route = Reflect.getMetadata(TRAFFIC_RATE, handler) as ResolvedRatePolicy | undefined;
    if (route !== undefined) await take(`route ${tenant.id} ${controller.name}.${handler.name}`, 1, [route]);
    const user = this.#userOf(context, tenant);
    if (user !== undefined) await take(user, cost, [...plan.userRate, ...own.userRate]);
    if (cost > 1) await take(`tenant ${tenant.id}`, cost - 1, [...plan.rate, ...own.rate]);
    return true;
  }

  #userOf(context: ExecutionContext, { id }: Tenant): string | undefined {
    const principal = this.#principalOf(context.switchToHttp().getRequest<AuthenticatedRequest>());
    return principal === undefined || principal === null ? undefined : `user ${id} ${principal}`;
  }
}

function numberOf(handler: object, controller: object): number {
  const own = Reflect.getMetadata(TRAFFIC_COST, handler) as number | undefined;
  return own ?? (Reflect.getMetadata(TRAFFIC_COST, controller) as number | undefined) ?? 1;
}
