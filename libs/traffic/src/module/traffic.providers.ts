import type { FactoryProvider, InjectionToken, Provider, Type } from '@nestjs/common';
import { TenantContext } from '@tenantry/core';
import { TenantProbes } from '@tenantry/core/spi';
import { FairAdmission } from '../admission/fair-admission.js';
import { resolveFairnessOptions } from '../admission/fairness-options.js';
import { TenantCacheInterceptor } from '../cache/tenant-cache.interceptor.js';
import { TenantResponseCache } from '../cache/tenant-response-cache.js';
import { Maintenance } from '../entry/maintenance.js';
import type { CrossTenantHandler } from '../entry/traffic-handler.js';
import { TRAFFIC_PRINCIPAL, TrafficGuard } from '../entry/traffic.guard.js';
import { TrafficStep } from '../entry/traffic-step.js';
import { TenantLimits } from '../plans/tenant-limits.js';
import { TenantPlans } from '../plans/tenant-plans.js';
import { RateLimiter } from '../rates/rate-limiter.js';
import { TrafficStatus } from './traffic-status.js';
import { resolveTrafficOptions } from './traffic.options.js';
import type { HandlerOption, ResolvedTrafficOptions, TrafficAsyncOptions } from './traffic.options.js';

const OPTIONS = Symbol('tenantry.traffic-options');
const CROSS_TENANT = Symbol('tenantry.cross-tenant-handlers');
const TENANT_HANDLERS = Symbol('tenantry.tenant-handlers');

/** Milliseconds that handlers may take beside the wait for admission. */
const HANDLERS_MS = 10_000;

/** What applications inject. */
export const TRAFFIC_EXPORTS: InjectionToken[] = [
  FairAdmission,
  Maintenance,
  RateLimiter,
  TenantLimits,
  TenantPlans,
  TenantResponseCache,
  TRAFFIC_PRINCIPAL,
  TrafficGuard,
  TrafficStatus,
];

/** The providers of the module. */
export function trafficProviders(options: TrafficAsyncOptions): Provider[] {
  const { inject = [], useFactory, crossTenant = [], tenantHandlers = [] } = options;
  return [
    {
      provide: OPTIONS,
      inject,
      useFactory: async (...args: never[]) => resolveTrafficOptions(await useFactory(...args)),
    },
    ...SHARED,
    ...classesOf([...crossTenant, ...tenantHandlers]),
    handlersProvider(CROSS_TENANT, crossTenant),
    handlersProvider(TENANT_HANDLERS, tenantHandlers),
  ];
}

const fromOptions = (
  provide: InjectionToken,
  useFactory: (options: ResolvedTrafficOptions) => unknown,
): FactoryProvider => ({
  provide,
  inject: [OPTIONS],
  useFactory,
});

const SHARED: Provider[] = [
  Maintenance,
  TenantLimits,
  TrafficGuard,
  fromOptions(TenantPlans, ({ plans }) => plans),
  fromOptions(TRAFFIC_PRINCIPAL, ({ principal }) => principal),
  fromOptions(RateLimiter, ({ rateStore }) => new RateLimiter(rateStore)),
  fromOptions(TenantResponseCache, ({ cacheStore }) => new TenantResponseCache(cacheStore)),
  fromOptions(FairAdmission, ({ fairness }) => new FairAdmission(fairness ?? resolveFairnessOptions())),
  {
    provide: TenantCacheInterceptor,
    inject: [TenantResponseCache, TenantContext, TRAFFIC_PRINCIPAL],
    useFactory: (...[cache, context, principal]: InterceptorParts) =>
      new TenantCacheInterceptor(cache, context, principal, Date.now),
  },
  {
    provide: TrafficStatus,
    inject: [FairAdmission, RateLimiter, TenantResponseCache, TenantPlans, Maintenance, TenantProbes],
    useFactory: (...[admission, limiter, cache, plans, maintenance, probes]: StatusParts) => {
      const status = new TrafficStatus({ admission, limiter, cache, plans, maintenance });
      probes.add({ name: 'traffic', stats: () => status.report() });
      return status;
    },
  },
  {
    provide: TrafficStep,
    inject: [OPTIONS, CROSS_TENANT, TENANT_HANDLERS, Maintenance, TenantLimits, RateLimiter, FairAdmission],
    useFactory: (
      ...[{ plans, rateHeaders, fairness }, own, tenantHandlers, maintenance, limits, limiter, admission]: StepParts
    ) =>
      new TrafficStep({
        crossTenant: [maintenance, ...own],
        tenantHandlers,
        plans,
        limits,
        limiter,
        admission: fairness === undefined ? undefined : admission,
        rateHeaders,
        timeoutMs: HANDLERS_MS + (fairness?.maxWaitMs ?? 0),
      }),
  },
];

type InterceptorParts =
  ConstructorParameters<typeof TenantCacheInterceptor> extends [infer A, infer B, infer C, unknown] ? [A, B, C] : never;
type StatusParts = [FairAdmission, RateLimiter, TenantResponseCache, TenantPlans, Maintenance, TenantProbes];
type StepParts = [
  ResolvedTrafficOptions,
  CrossTenantHandler[],
  CrossTenantHandler[],
  Maintenance,
  TenantLimits,
  RateLimiter,
  FairAdmission,
];

function classesOf(handlers: readonly HandlerOption<CrossTenantHandler>[]): Type<CrossTenantHandler>[] {
  return handlers.filter((handler) => typeof handler === 'function');
}

/** Handlers in their order; classes are made by Nest. */
function handlersProvider(provide: symbol, handlers: readonly HandlerOption<CrossTenantHandler>[]): FactoryProvider {
  return {
    provide,
    inject: classesOf(handlers),
    useFactory: (...made: CrossTenantHandler[]) =>
      handlers.map((handler) => (typeof handler === 'function' ? (made.shift() as CrossTenantHandler) : handler)),
  };
}
