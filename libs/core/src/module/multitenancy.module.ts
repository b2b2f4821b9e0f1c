import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { assertOneFormat } from './startup-checks/loaded-formats.js';
import { MultitenancyRootModule } from './multitenancy-root.module.js';
import type {
  MultitenancyAsyncOptions,
  MultitenancyOptions,
  TenantClientAsyncFeature,
  TenantClientFeature,
} from './multitenancy.options.js';
import { resolveOptions } from './resolve-options.js';
import { TenantClientsModule } from './tenant-clients.module.js';

/**
 * Multi-tenancy for a Nest application. Import `forRoot` or `forRootAsync` once, in the root module;
 * import `forFeature` once per client kind.
 */
@Module({})
export class MultitenancyModule {
  /**
   * Sets the library up.
   *
   * @throws `MT_OPTIONS_INVALID` naming the option, its value and what is allowed; `MT_FORMATS_MIXED` where this package
   *   is loaded both as ES modules and as CommonJS
   */
  static forRoot(options: MultitenancyOptions): DynamicModule {
    resolveOptions(options);
    return MultitenancyModule.forRootAsync({ useFactory: () => options });
  }

  /** As {@link forRoot}, with options that come from other providers. Bad options stop the start of the application. */
  static forRootAsync(options: MultitenancyAsyncOptions): DynamicModule {
    assertOneFormat();
    return { module: MultitenancyModule, imports: [MultitenancyRootModule.create(options)] };
  }

  /**
   * Declares a client kind: inject the current tenant's client with `@InjectTenantClient(name)`, its registry with
   * `@InjectTenantClientRegistry(name)`, in modules that import this one.
   */
  static forFeature<TClient, TOptions = unknown>(feature: TenantClientFeature<TClient, TOptions>): DynamicModule {
    const { name, ...options } = feature;
    return MultitenancyModule.forFeatureAsync<TClient, TOptions>({
      ...(name !== undefined && { name }),
      useFactory: () => options,
    });
  }

  /** As {@link forFeature}, with options that come from other providers. */
  static forFeatureAsync<TClient, TOptions = unknown>(
    feature: TenantClientAsyncFeature<TClient, TOptions>,
  ): DynamicModule {
    const kind = TenantClientsModule.forKind(feature);
    return { module: MultitenancyModule, imports: [kind], exports: [kind] };
  }
}
