import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown, Provider } from '@nestjs/common';
import { getTenantClientRegistryToken, MultitenancyModule } from '@tenantry/core';
import type { Tenant, TenantClientRegistry } from '@tenantry/core';
import { assertPeers, TenantDirectory } from '@tenantry/core/spi';
import { ServiceDeployments } from '../artifacts/service-deployments.js';
import { ServiceDirectory } from '../artifacts/service-directory.js';
import { ServiceLog } from '../capabilities/service-log.js';
import type { ServiceRuntime } from '../engine/service-engine.js';
import { ServiceInvoker, SERVICES_KIND } from './service-invoker.js';
import { ServiceParts } from './service-parts.js';
import { ServiceRemoval } from './service-removal.js';
import type { ServicesAsyncOptions, ServicesOptions } from './services-options.js';

/**
 * Services that tenants deploy. Exports {@link ServiceDeployments}, {@link ServiceInvoker}, {@link ServiceLog} and
 * {@link ServiceRemoval}; the routes are the application's.
 */
@Module({})
export class ServicesModule implements OnApplicationShutdown {
  readonly #parts: ServiceParts;

  constructor(@Inject(ServiceParts) parts: ServiceParts) {
    this.#parts = parts;
  }

  /** Sets services up. @throws `MT_OPTIONS_INVALID`, `MT_SERVICE_ENGINE_UNUSABLE`, `MT_PEER_UNSUPPORTED` when the application starts */
  static forRoot(options: ServicesOptions): DynamicModule {
    return ServicesModule.forRootAsync({ useFactory: () => options });
  }

  /** As {@link forRoot}, with options that come from other providers. */
  static forRootAsync({ imports = [], inject = [], useFactory }: ServicesAsyncOptions): DynamicModule {
    assertPeers({ name: '@tenantry/services', url: import.meta.url, uses: ['@tenantry/postgres'] });
    const options: Provider = { provide: OPTIONS, inject, useFactory };
    const parts: Provider = {
      provide: ServiceParts,
      inject: [OPTIONS],
      useFactory: (given: ServicesOptions) => new ServiceParts(given),
    };
    const shared: DynamicModule = {
      module: ServicePartsModule,
      imports,
      providers: [options, parts],
      exports: [ServiceParts],
    };
    const kind = MultitenancyModule.forFeatureAsync<ServiceRuntime>({
      name: SERVICES_KIND,
      imports: [shared],
      inject: [ServiceParts],
      useFactory: (made: ServiceParts) => ({
        acquire: 'declared',
        create: (tenant: Tenant) => made.open(tenant),
        dispose: (runtime: ServiceRuntime) => runtime.close(),
      }),
    });
    return { module: ServicesModule, imports: [shared, kind], providers: PROVIDERS, exports: [...EXPORTED, kind] };
  }

  /** After the runtimes were disposed. */
  onApplicationShutdown(): Promise<void> {
    return this.#parts.engine.close();
  }
}

const OPTIONS = Symbol('tenantry.services.options');

@Module({})
class ServicePartsModule {}

const deployments: Provider = {
  provide: ServiceDeployments,
  inject: [ServiceParts, TenantDirectory, getTenantClientRegistryToken(SERVICES_KIND)],
  useFactory: (parts: ServiceParts, tenants: TenantDirectory, runtimes: TenantClientRegistry<ServiceRuntime>) =>
    new ServiceDeployments(parts.options.store, parts.directory, {
      use: (tenantId, fn) => runtimes.use(tenantId, fn),
      limitsOf: async (tenantId) => parts.limitsOf(await tenants.getActive(tenantId)),
    }),
};

const PROVIDERS: Provider[] = [
  ServiceInvoker,
  ServiceRemoval,
  deployments,
  { provide: ServiceLog, inject: [ServiceParts], useFactory: ({ log }: ServiceParts) => log },
  { provide: ServiceDirectory, inject: [ServiceParts], useFactory: ({ directory }: ServiceParts) => directory },
];

const EXPORTED = [ServiceInvoker, ServiceRemoval, ServiceDeployments, ServiceLog];
