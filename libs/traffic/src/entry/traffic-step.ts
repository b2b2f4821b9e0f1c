import { SUPER_TENANT_ID } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import type { EntryStep, ScopeExit, TenantEntry } from '@tenantry/core/spi';
import type { AdmissionRequest, FairAdmission } from '../admission/fair-admission.js';
import type { TenantLimits } from '../plans/tenant-limits.js';
import type { TenantPlans } from '../plans/tenant-plans.js';
import type { RateLimiter } from '../rates/rate-limiter.js';
import { setRateHeaders } from './rate-headers.js';
import type { CrossTenantHandler, TenantHandler } from './traffic-handler.js';

/** What the step works with. */
export interface TrafficStepParts {
  readonly crossTenant: readonly CrossTenantHandler[];
  readonly tenantHandlers: readonly TenantHandler[];
  readonly plans: TenantPlans;
  readonly limits: TenantLimits;
  readonly limiter: RateLimiter;
  /** `undefined` = requests are admitted at once. */
  readonly admission: FairAdmission | undefined;
  /** Whether answers carry `RateLimit` headers. */
  readonly rateHeaders: boolean;
  /** Milliseconds that a request may take to enter. */
  readonly timeoutMs: number;
}

type Lane = Pick<AdmissionRequest, 'lane' | 'weight' | 'maxQueued'>;

/** Lanes of requests that are of no ordinary tenant. Their names are no tenant ids. */
const SUPER_LANE: Lane = { lane: 'system:super', weight: 10 };
const CENTRAL_LANE: Lane = { lane: 'system:central', weight: 10 };

/**
 * What happens to each request before anything else: the operator's handlers, the tenant's handlers, the limits of its plan, its
 * place among the others. A tenant that is unknown has no lane and no limit: the guard answers.
 */
export class TrafficStep implements EntryStep {
  readonly timeoutMs: number;
  readonly #parts: TrafficStepParts;
  readonly #hasHandlers: boolean;

  constructor(parts: TrafficStepParts) {
    this.#parts = parts;
    this.timeoutMs = parts.timeoutMs;
    this.#hasHandlers = parts.crossTenant.length + parts.tenantHandlers.length > 0;
  }

  enter(entry: TenantEntry): ScopeExit | void | Promise<ScopeExit | void> {
    if (this.#hasHandlers) return this.#enterByHandlers(entry);
    return this.#admit(entry, undefined);
  }

  async #enterByHandlers(entry: TenantEntry): Promise<ScopeExit | void> {
    const { crossTenant, tenantHandlers } = this.#parts;
    const first = await askAll(crossTenant, entry, undefined);
    const chosen = entry.tenant === null ? first : await askAll(tenantHandlers, entry, first);
    return this.#admit(entry, chosen);
  }

  #admit(entry: TenantEntry, chosen: Lane | undefined): ScopeExit | void | Promise<ScopeExit | void> {
    const { outcome, tenant } = entry;
    if (outcome.kind === 'rejected' || outcome.kind === 'conflict') return undefined;
    if (tenant === null) return this.#enterLane(entry, chosen ?? CENTRAL_LANE);
    if (tenant.id === SUPER_TENANT_ID) {
      const isEvident = outcome.kind === 'resolved' && outcome.trust !== 'network';
      return this.#enterLane(entry, chosen ?? (isEvident ? SUPER_LANE : CENTRAL_LANE));
    }
    return this.#enterAsTenant(entry, tenant, chosen);
  }

  #enterAsTenant(
    entry: TenantEntry,
    tenant: Tenant,
    chosen: Lane | undefined,
  ): ScopeExit | void | Promise<ScopeExit | void> {
    const { plans, limits, limiter, rateHeaders } = this.#parts;
    const plan = plans.of(tenant);
    const lane = chosen ?? { lane: tenant.id, weight: plan.weight, maxQueued: plan.maxQueued };
    const own = limits.of(tenant).rate;
    if (plan.rate.length + own.length === 0) return this.#enterLane(entry, lane);
    const taken = limiter.take({ key: `tenant ${tenant.id}`, tenantId: tenant.id, cost: 1 }, [...plan.rate, ...own]);
    if (taken instanceof Promise)
      return taken.then((decisions) => {
        if (rateHeaders) setRateHeaders(entry.response, decisions);
        return this.#enterLane(entry, lane);
      });
    if (rateHeaders) setRateHeaders(entry.response, taken);
    return this.#enterLane(entry, lane);
  }

  #enterLane(entry: TenantEntry, lane: Lane): ScopeExit | void | Promise<ScopeExit | void> {
    const request: AdmissionRequest = {
      ...lane,
      // Read only where the request waits: a signal is made when it is first read.
      get signal(): AbortSignal {
        return entry.signal;
      },
    };
    const admitted = this.#parts.admission?.admit(request);
    if (admitted === undefined) return undefined;
    return admitted instanceof Promise ? admitted.then(({ release }) => release) : admitted.release;
  }
}

/** Asks each handler in order. @returns the lane that was chosen last @throws the error of a refusal */
async function askAll(
  handlers: readonly CrossTenantHandler[],
  entry: TenantEntry,
  before: Lane | undefined,
): Promise<Lane | undefined> {
  let chosen = before;
  for (const handler of handlers) {
    const verdict = await handler.handle(entry);
    if (verdict.kind === 'refuse') throw verdict.error;
    if (verdict.kind === 'lane') chosen = { lane: verdict.name, weight: verdict.weight };
  }
  return chosen;
}
