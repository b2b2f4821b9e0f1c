import { methodsOption } from '@tenantry/core/spi';
import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import { OptionsInvalidError } from '@tenantry/core';
import { resolveFairnessOptions } from '../admission/fairness-options.js';
import type { FairnessOptions, ResolvedFairnessOptions } from '../admission/fairness-options.js';
import type { ResponseCacheStore } from '../cache/cached-response.js';
import { MemoryCacheStore } from '../cache/memory-cache-store.js';
import type { CrossTenantHandler, TenantHandler } from '../entry/traffic-handler.js';
import { principalOf } from '../kernel/principal.js';
import type { PrincipalOf } from '../kernel/principal.js';
import { TenantPlans } from '../plans/tenant-plans.js';
import type { TrafficPlans } from '../plans/traffic-plan.js';
import { MemoryRateStore } from '../rates/memory-rate-store.js';
import type { RateStore } from '../rates/rate-store.js';

/** A handler, or a class of the application that Nest makes. */
export type HandlerOption<H> = H | Type<H>;

/** What `TrafficModule.forRoot` takes. */
export interface TrafficOptions {
  /** Plans by the `plan` of tenants. Default: every tenant has the weight 1 and no limits. */
  readonly plans?: TrafficPlans;
  /** Plan of tenants whose `plan` is unknown. Default `standard`. */
  readonly defaultPlan?: string;
  /** How requests are admitted; `false`: at once. */
  readonly fairness?: FairnessOptions | false;
  /** Where rates are counted. Default: in memory, each node by itself. */
  readonly rateStore?: RateStore;
  /** Whether answers carry `RateLimit` headers. Default `false`. */
  readonly rateHeaders?: boolean;
  /** Where answers are cached. Default: in memory, 4 MiB per tenant. */
  readonly cacheStore?: ResponseCacheStore;
  /** Names the user of a request, behind authentication. Default: `sub`, `id` or `userId` of `request.user`. */
  readonly principal?: PrincipalOf;
}

/** Handlers are named in the module, so that Nest can make them. */
export interface TrafficHandlers {
  /** Handlers of the operator, in order, for every request. Default: none beside `Maintenance`, which is first. */
  readonly crossTenant?: readonly HandlerOption<CrossTenantHandler>[];
  /** Handlers behind those, for requests of tenants. Default: none. */
  readonly tenantHandlers?: readonly HandlerOption<TenantHandler>[];
}

/** What `TrafficModule.forRootAsync` takes. */
export interface TrafficAsyncOptions extends Pick<ModuleMetadata, 'imports'>, TrafficHandlers {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  // Parameters are whatever `inject` names.
  readonly useFactory: (...args: never[]) => TrafficOptions | Promise<TrafficOptions>;
}

/** {@link TrafficOptions}, checked and complete. */
export interface ResolvedTrafficOptions {
  readonly plans: TenantPlans;
  readonly fairness: ResolvedFairnessOptions | undefined;
  readonly rateStore: RateStore;
  readonly rateHeaders: boolean;
  readonly cacheStore: ResponseCacheStore;
  readonly principal: PrincipalOf;
}

/** Checks the options and fills in the defaults. @throws `MT_OPTIONS_INVALID` */
export function resolveTrafficOptions(options: TrafficOptions): ResolvedTrafficOptions {
  if (typeof options !== 'object' || options === null) throw new OptionsInvalidError('options', options, 'an object');
  const { plans, defaultPlan, fairness, rateStore, rateHeaders = false, cacheStore, principal = principalOf } = options;
  if (typeof rateHeaders !== 'boolean') throw new OptionsInvalidError('rateHeaders', rateHeaders, 'true or false');
  if (typeof principal !== 'function') throw new OptionsInvalidError('principal', principal, 'a function');
  return {
    plans: new TenantPlans(plans, defaultPlan),
    fairness: fairness === false ? undefined : resolveFairnessOptions(fairness),
    rateStore: methodsOption('rateStore', rateStore ?? new MemoryRateStore(), ['take', 'giveBack']),
    rateHeaders,
    cacheStore: methodsOption('cacheStore', cacheStore ?? new MemoryCacheStore(), ['get', 'set', 'purge']),
    principal,
  };
}
