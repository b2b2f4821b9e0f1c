import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { TenantClientRegistries } from '@tenantry/core';
import { assertPeers, TenantApplication, TenantDirectory, TenantProbes } from '@tenantry/core/spi';
import { FaultLog } from './kernel/fault-log.js';
import { TenantHealth } from './health/tenant-health.js';
import { resolveObservabilityOptions } from './observability.options.js';
import type {
  ObservabilityAsyncOptions,
  ObservabilityOptions,
  ResolvedObservabilityOptions,
} from './observability.options.js';
import { SecretsState } from './secrets/secrets-state.js';
import { Telemetry } from './telemetry.js';

const OPTIONS = Symbol('tenantry:observability-options');

const SHARED: Provider[] = [
  {
    provide: FaultLog,
    inject: [OPTIONS],
    useFactory: ({ clock }: ResolvedObservabilityOptions) => new FaultLog(clock),
  },
  {
    provide: SecretsState,
    inject: [OPTIONS],
    useFactory: ({ secrets, clock }: ResolvedObservabilityOptions) => new SecretsState(secrets, clock),
  },
  {
    provide: TenantHealth,
    inject: [OPTIONS, FaultLog, TenantDirectory, TenantProbes, SecretsState],
    useFactory: (
      { clock, readyTimeoutMs: timeoutMs }: ResolvedObservabilityOptions,
      faults: FaultLog,
      directory: TenantDirectory,
      probes: TenantProbes,
      secrets: SecretsState,
    ) => {
      const own = [
        { name: 'catalog', check: () => directory.probe() },
        { name: 'secrets', check: () => secrets.check() },
      ];
      return new TenantHealth({ clock, timeoutMs, faults, probes: () => [...own, ...probes.all()] });
    },
  },
  {
    provide: Telemetry,
    inject: [
      OPTIONS,
      FaultLog,
      TenantApplication,
      TenantClientRegistries,
      TenantDirectory,
      TenantProbes,
      SecretsState,
      TenantHealth,
    ],
    useFactory: (
      options: ResolvedObservabilityOptions,
      faults: FaultLog,
      application: TenantApplication,
      kinds: TenantClientRegistries,
      directory: TenantDirectory,
      probes: TenantProbes,
      secrets: SecretsState,
      health: TenantHealth,
    ) => new Telemetry({ options, faults, application, kinds, directory, probes, secrets, health }),
  },
];

/**
 * Metrics, spans and health of a Nest application that imports `MultitenancyModule`. Import it once. It provides
 * {@link TenantHealth}. Without `@opentelemetry/api`, and without an SDK, nothing of it runs in a request.
 */
@Module({})
export class ObservabilityModule {
  /** @throws `MT_OPTIONS_INVALID` naming the option, its value and what is allowed */
  static forRoot(options: ObservabilityOptions = {}): DynamicModule {
    resolveObservabilityOptions(options);
    return ObservabilityModule.forRootAsync({ useFactory: () => options });
  }

  /** As {@link forRoot}, with options that come from other providers. Bad options stop the start of the application. */
  static forRootAsync({ imports = [], inject = [], useFactory }: ObservabilityAsyncOptions): DynamicModule {
    assertPeers({ name: '@tenantry/observability', url: import.meta.url, uses: ['@opentelemetry/api'] });
    const resolve = async (...args: never[]): Promise<ResolvedObservabilityOptions> =>
      resolveObservabilityOptions(await useFactory(...args));
    return {
      module: ObservabilityModule,
      global: true,
      imports,
      providers: [{ provide: OPTIONS, inject, useFactory: resolve }, ...SHARED],
      exports: [TenantHealth],
    };
  }
}
