import { Module } from '@nestjs/common';
import type {
  DynamicModule,
  InjectionToken,
  ModuleMetadata,
  OptionalFactoryDependency,
  Provider,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CachedTenantCatalog, TenantClientRegistries, TenantSettings } from '@tenantry/core';
import { assertPeers, OpenScopes, ShutdownSignals, TENANT_CATALOG, TenantSync } from '@tenantry/core/spi';
import type { TenantCatalogReader } from '@tenantry/core';
import { resolveLifecycleOptions } from './lifecycle-options.js';
import type { TenantLifecycleOptions } from './lifecycle-options.js';
import { TenantLifecycleHost } from './tenant-lifecycle-host.js';
import { TenantLifecycle } from './tenant-lifecycle.js';

/** What `TenantLifecycleModule.forRootAsync` takes. */
export interface TenantLifecycleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  // Parameters are whatever `inject` names.
  readonly useFactory: (...args: never[]) => TenantLifecycleOptions | Promise<TenantLifecycleOptions>;
}

const LIFECYCLE_OPTIONS = Symbol('tenantry.lifecycle-options');

const SHARED: Provider[] = [
  {
    provide: TenantLifecycleHost,
    inject: [
      LIFECYCLE_OPTIONS,
      ModulesContainer,
      TenantClientRegistries,
      OpenScopes,
      TenantSettings,
      TENANT_CATALOG,
      ShutdownSignals,
      TenantSync,
    ],
    useFactory: hostOf,
  },
  {
    provide: TenantLifecycle,
    inject: [TenantLifecycleHost],
    useFactory: ({ lifecycle }: TenantLifecycleHost) => lifecycle,
  },
];

/**
 * Provides {@link TenantLifecycle} to the whole application: import it once, beside `MultitenancyModule.forRoot`. It resumes
 * unfinished operations from the start of the application until its shutdown.
 */
@Module({})
export class TenantLifecycleModule {
  /** @throws `MT_OPTIONS_INVALID` naming the option, its value and the allowed range */
  static forRoot(options: TenantLifecycleOptions): DynamicModule {
    resolveLifecycleOptions(options);
    return TenantLifecycleModule.forRootAsync({ useFactory: () => options });
  }

  /** As {@link forRoot}, with options that come from other providers. Invalid options stop the start of the application. */
  static forRootAsync({ imports = [], inject = [], useFactory }: TenantLifecycleAsyncOptions): DynamicModule {
    assertPeers({ name: '@tenantry/lifecycle', url: import.meta.url });
    return {
      module: TenantLifecycleModule,
      global: true,
      imports,
      providers: [{ provide: LIFECYCLE_OPTIONS, inject, useFactory }, ...SHARED],
      exports: [TenantLifecycle],
    };
  }
}

function hostOf(
  options: TenantLifecycleOptions,
  modules: ModulesContainer,
  kinds: TenantClientRegistries,
  scopes: OpenScopes,
  settings: TenantSettings<object>,
  catalog: TenantCatalogReader,
  shutdown: ShutdownSignals,
  node: TenantSync,
): TenantLifecycleHost {
  const cache = catalog instanceof CachedTenantCatalog ? catalog : undefined;
  return new TenantLifecycleHost({
    options,
    modules,
    kinds,
    scopes,
    settings,
    within: (work) => shutdown.within(work),
    invalidate: (tenants) => cache?.invalidate(...tenants),
    apply: ({ id, status, generation }) => node.apply([{ tenantId: id, status, generation }]),
  });
}
