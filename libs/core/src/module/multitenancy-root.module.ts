import { Module } from '@nestjs/common';
import type {
  DynamicModule,
  NestModule,
  OnApplicationBootstrap,
  OnApplicationShutdown,
  OnModuleInit,
  Provider,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { ClsModule } from 'nestjs-cls';
import { answerGateways } from '../http/answers/gateway-answers.js';
import { TENANT_ERROR_DETAIL } from '../errors/error-detail.js';
import { loadNestSchedule } from '../clients/cleanup/nest-schedule.js';
import { TenantClientCleanup } from '../clients/cleanup/tenant-client-cleanup.js';
import { CLIENT_PROVIDERS } from './tenant-clients.providers.js';
import { ClientDeclarations } from '../clients/reach/client-declarations.js';
import { TenantClientRegistries } from '../clients/tenant-client-registries.js';
import { OpenScopes } from '../context/open-scopes.js';
import { TENANT_NODE } from './tenant-sync.provider.js';
import { ScopeHooks } from '../context/scope-hooks.js';
import { EntrySteps } from '../http/entry-steps.js';
import { ShutdownSignals } from '../context/shutdown-signals.js';
import { TenantContext } from '../context/tenant-context.js';
import { TenantScopes } from '../context/tenant-scopes.js';
import { CentralRoutes } from '../guards/central-routes.js';
import { SuperTenantGuard } from '../guards/super-tenant.guard.js';
import { TENANT_MEMBERSHIP } from '../guards/tenant-membership.guard.js';
import { TenantGuard } from '../guards/tenant.guard.js';
import { MultitenancyExceptionFilter } from '../http/answers/multitenancy-exception.filter.js';
import { StartupChecks } from './startup-checks/startup-checks.js';
import { TenantEagerLoader } from '../clients/loading/eager-loader.js';
import type { MultitenancyAsyncOptions, MultitenancyOptionsFactory } from './multitenancy.options.js';
import { MULTITENANCY_OPTIONS, TENANT_CATALOG } from './multitenancy.tokens.js';
import { TenantSync } from '../sync/tenant-sync.js';
import { TenantResolution } from '../resolution/tenant-resolution.js';
import { TenantApplication } from '../observability/tenant-application.js';
import { TenantProbes } from '../observability/tenant-probes.js';
import { resolveOptions } from './resolve-options.js';
import type { ResolvedMultitenancyOptions } from './resolve-options.js';
import { ApplicationShutdown } from './shutdown/application-shutdown.js';
import { SCOPE_PROVIDERS } from './scopes.providers.js';
import { SHUTDOWN_PROVIDERS } from './shutdown.providers.js';
import { TenantDirectory } from '../catalog/tenant-directory.js';
import { TenantEnvelopes } from '../messages/tenant-envelope.js';
import { TenantMessages } from '../messages/tenant-messages.js';
import { TenantSettings } from '../tenant/tenant-settings.js';
import { TenantEntryPoints } from './tenant-entry-points.js';
import { HttpHandshake } from '../http/http-handshake.js';
import { ServerlessHeaders } from '../http/serverless-headers.js';
import { HttpTransport } from '../http/http-transport.js';
import { OptionsInvalidError } from '../errors/usage.errors.js';

const SHARED: Provider[] = [
  {
    provide: TenantDirectory,
    inject: [MULTITENANCY_OPTIONS],
    useFactory: ({ catalog }: ResolvedMultitenancyOptions) => new TenantDirectory(catalog),
  },
  {
    provide: TenantResolution,
    inject: [MULTITENANCY_OPTIONS, TenantDirectory],
    useFactory: ({ resolvers, errorDetail }: ResolvedMultitenancyOptions, directory: TenantDirectory) =>
      new TenantResolution(resolvers, directory, errorDetail),
  },
  TenantApplication,
  TenantProbes,
  {
    provide: TenantClientRegistries,
    inject: [TenantApplication],
    useFactory: ({ id }: TenantApplication) => new TenantClientRegistries(id),
  },
  ...CLIENT_PROVIDERS,
  ...SCOPE_PROVIDERS,
  {
    provide: TENANT_MEMBERSHIP,
    inject: [MULTITENANCY_OPTIONS],
    useFactory: ({ membership }: ResolvedMultitenancyOptions) => membership,
  },
  {
    provide: CentralRoutes,
    inject: [MULTITENANCY_OPTIONS],
    useFactory: ({ central }: ResolvedMultitenancyOptions) => central,
  },
  {
    provide: TENANT_ERROR_DETAIL,
    inject: [MULTITENANCY_OPTIONS],
    useFactory: ({ errorDetail }: ResolvedMultitenancyOptions) => errorDetail,
  },
  {
    provide: TenantClientCleanup,
    inject: [TenantClientRegistries, ModulesContainer, MULTITENANCY_OPTIONS],
    useFactory: async (
      kinds: TenantClientRegistries,
      modules: ModulesContainer,
      { cleanup }: ResolvedMultitenancyOptions,
    ) => new TenantClientCleanup(kinds, modules, cleanup, cleanup.enabled ? await loadNestSchedule() : null),
  },
  {
    provide: TenantEagerLoader,
    inject: [MULTITENANCY_OPTIONS, TenantDirectory, TenantClientRegistries],
    useFactory: (
      { loading, clock }: ResolvedMultitenancyOptions,
      directory: TenantDirectory,
      kinds: TenantClientRegistries,
    ) => new TenantEagerLoader(loading, directory, kinds, clock),
  },
  TENANT_NODE,
  ...SHUTDOWN_PROVIDERS,
  TenantContext,
  TenantScopes,
  {
    provide: TenantEnvelopes,
    inject: [MULTITENANCY_OPTIONS],
    useFactory: ({ messages }: ResolvedMultitenancyOptions) => new TenantEnvelopes(messages.secrets),
  },
  TenantMessages,
  HttpHandshake,
  TenantEntryPoints,
  TenantGuard,
  SuperTenantGuard,
  {
    provide: TENANT_CATALOG,
    inject: [MULTITENANCY_OPTIONS],
    useFactory: ({ catalog }: ResolvedMultitenancyOptions) => catalog,
  },
  {
    provide: TenantSettings,
    inject: [MULTITENANCY_OPTIONS],
    useFactory: ({ settings }: ResolvedMultitenancyOptions) => settings,
  },
];

const EXPORTED = [
  MULTITENANCY_OPTIONS,
  TenantApplication,
  TenantProbes,
  TenantDirectory,
  TenantClientRegistries,
  ClientDeclarations,
  TENANT_MEMBERSHIP,
  CentralRoutes,
  TENANT_ERROR_DETAIL,
  TenantClientCleanup,
  TenantEagerLoader,
  TenantSync,
  ShutdownSignals,
  OpenScopes,
  ScopeHooks,
  EntrySteps,
  TenantContext,
  TenantScopes,
  TenantMessages,
  TENANT_CATALOG,
  TenantSettings,
  HttpHandshake,
  TenantEntryPoints,
  TenantGuard,
  SuperTenantGuard,
  ClsModule,
];

/** The parts of the library, wired together once per application. @internal */
@Module({})
export class MultitenancyRootModule implements NestModule, OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #http: HttpTransport;
  readonly #entryPoints: TenantEntryPoints;
  readonly #shutdown: ApplicationShutdown;
  readonly #startupChecks: StartupChecks;

  constructor(
    http: HttpTransport,
    entryPoints: TenantEntryPoints,
    shutdown: ApplicationShutdown,
    startupChecks: StartupChecks,
    modules: ModulesContainer,
    filter: MultitenancyExceptionFilter,
  ) {
    this.#http = http;
    this.#entryPoints = entryPoints;
    this.#shutdown = shutdown;
    this.#startupChecks = startupChecks;
    answerGateways(modules, filter);
  }

  static create(options: MultitenancyAsyncOptions): DynamicModule {
    return {
      module: MultitenancyRootModule,
      global: true,
      imports: [ClsModule, ...(options.imports ?? [])],
      providers: [
        ...optionsProviders(options),
        ...SHARED,
        {
          provide: ServerlessHeaders,
          inject: [MULTITENANCY_OPTIONS],
          useFactory: ({ serverless }: ResolvedMultitenancyOptions) => new ServerlessHeaders(serverless),
        },
        HttpTransport,
        DIAGNOSIS,
        // Nest skips a global guard whose factory gives nothing.
        {
          provide: APP_GUARD,
          inject: [MULTITENANCY_OPTIONS, TenantGuard],
          useFactory: ({ guard }: ResolvedMultitenancyOptions, tenantGuard: TenantGuard) =>
            guard === 'global' ? tenantGuard : undefined,
        },
        MultitenancyExceptionFilter,
        { provide: APP_FILTER, useExisting: MultitenancyExceptionFilter },
      ],
      exports: EXPORTED,
    };
  }

  /** Called when every provider is there and no route is registered yet. */
  configure(): void {
    this.#http.install();
    this.#entryPoints.prepare();
  }

  /** Every provider is there; no hook of the application that starts its work has run. Without HTTP, handlers are got ready here. */
  onModuleInit(): void {
    this.#entryPoints.prepare();
    this.#startupChecks.stopOnFaults();
  }

  /** Every route is registered. */
  onApplicationBootstrap(): void {
    this.#startupChecks.warn();
  }

  /** The HTTP server has closed by now, and the providers of this module are through with their own hooks. */
  async onApplicationShutdown(): Promise<void> {
    await this.#shutdown.closeClients();
  }
}

const DIAGNOSIS: Provider = {
  provide: StartupChecks,
  inject: [MULTITENANCY_OPTIONS, ModulesContainer, ApplicationConfig, HttpAdapterHost, TenantClientRegistries],
  useFactory: (
    { guard, resolvers, startupChecks }: ResolvedMultitenancyOptions,
    modules: ModulesContainer,
    config: ApplicationConfig,
    adapterHost: HttpAdapterHost,
    kinds: TenantClientRegistries,
  ) => {
    const rootModule = MultitenancyRootModule;
    return new StartupChecks({ guard, resolvers, modules, config, adapterHost, kinds, rootModule }, startupChecks);
  },
};

function optionsProviders({ inject = [], useFactory, useClass, useExisting }: MultitenancyAsyncOptions): Provider[] {
  if (useFactory) {
    const resolve = async (...args: never[]): Promise<ResolvedMultitenancyOptions> =>
      resolveOptions(await useFactory(...args));
    return [{ provide: MULTITENANCY_OPTIONS, inject, useFactory: resolve }];
  }
  const source = useExisting ?? useClass;
  if (source === undefined)
    throw new OptionsInvalidError('forRootAsync', undefined, 'useFactory, useClass or useExisting');
  const resolve = async (factory: MultitenancyOptionsFactory): Promise<ResolvedMultitenancyOptions> =>
    resolveOptions(await factory.createMultitenancyOptions());
  const provider: Provider = { provide: MULTITENANCY_OPTIONS, inject: [source], useFactory: resolve };
  return useClass === undefined ? [provider] : [useClass, provider];
}
