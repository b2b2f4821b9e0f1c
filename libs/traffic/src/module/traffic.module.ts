import { Module } from '@nestjs/common';
import type { DynamicModule, NestInterceptor, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { APP_INTERCEPTOR, ModuleRef } from '@nestjs/core';
import type { NestContainer } from '@nestjs/core';
import { assertPeers, EntrySteps } from '@tenantry/core/spi';
import { TenantCacheInterceptor } from '../cache/tenant-cache.interceptor.js';
import { TrafficStep } from '../entry/traffic-step.js';
import { RateLimiter } from '../rates/rate-limiter.js';
import { TRAFFIC_EXPORTS, trafficProviders } from './traffic.providers.js';
import { resolveTrafficOptions } from './traffic.options.js';
import type { TrafficAsyncOptions, TrafficHandlers, TrafficOptions } from './traffic.options.js';

/**
 * Traffic of tenants: handlers of the operator, limits by plan, fair admission, response cache. Import `forRoot` or `forRootAsync`
 * once, beside `MultitenancyModule`.
 */
@Module({})
export class TrafficModule implements OnModuleInit, OnApplicationShutdown {
  readonly #steps: EntrySteps;
  readonly #step: TrafficStep;
  readonly #modules: ModuleRef;
  #remove: () => void = () => undefined;

  constructor(steps: EntrySteps, step: TrafficStep, modules: ModuleRef) {
    this.#steps = steps;
    this.#step = step;
    this.#modules = modules;
  }

  /** @throws `MT_OPTIONS_INVALID` naming the option, its value and what is allowed */
  static forRoot(options: TrafficOptions & TrafficHandlers = {}): DynamicModule {
    const { crossTenant = [], tenantHandlers = [], ...rest } = options;
    resolveTrafficOptions(rest);
    return TrafficModule.forRootAsync({ crossTenant, tenantHandlers, useFactory: () => rest });
  }

  /** As {@link forRoot}, with options that come from other providers. Bad options stop the start of the application. */
  static forRootAsync(options: TrafficAsyncOptions): DynamicModule {
    assertPeers({ name: '@tenantry/traffic', url: import.meta.url });
    return {
      module: TrafficModule,
      global: true,
      imports: options.imports ?? [],
      providers: [...trafficProviders(options), { provide: APP_INTERCEPTOR, useExisting: TenantCacheInterceptor }],
      exports: TRAFFIC_EXPORTS,
    };
  }

  onModuleInit(): void {
    this.#remove = this.#steps.add(this.#step);
    putInterceptorFirst(this.#modules, this.#modules.get(TenantCacheInterceptor));
  }

  async onApplicationShutdown(): Promise<void> {
    this.#remove();
    await this.#modules.get(RateLimiter).close();
  }
}

/** What is cached is what is sent: no other interceptor changes it afterwards. Nest orders them by its scan of the modules. */
function putInterceptorFirst(modules: ModuleRef, interceptor: NestInterceptor): void {
  const container = Reflect.get(modules, 'container') as NestContainer | undefined;
  const interceptors = container?.applicationConfig?.getGlobalInterceptors() ?? [];
  const at = interceptors.indexOf(interceptor);
  if (at > 0) interceptors.unshift(...interceptors.splice(at, 1));
}
