import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { ErrorDetail } from '../errors/error-detail.js';
import type { CentralRoute } from '../guards/central-routes.js';
import type { TenantMembership } from '../guards/tenant-membership.guard.js';
import type { TenantSettingsOptions } from '../tenant/tenant-settings.js';
import type { LoadingOptions } from '../clients/loading/loading-options.js';
import type { Clock } from '../kernel/clock.js';
import type {
  ClientDisposal,
  ClientFactoryContext,
  RegistryLimits,
  TenantClientRegistryOptions,
} from '../registry/registry-options.js';
import type { TenantResolver, TenantResolverFunction } from '../resolution/tenant-resolver.js';
import type { ShutdownOptions } from './shutdown/shutdown-options.js';
import type { TenantCatalogReader } from '../catalog/tenant-catalog.js';
import type { Tenant } from '../tenant/tenant.js';

/** The regular clean-up of idle clients. */
export interface CleanupOptions {
  /** Cron expression (five or six fields). Default: every 60 s, `0 * * * * *`. */
  readonly cron?: string;
  /** Default `true`. */
  readonly enabled?: boolean;
}

/** How messages and jobs carry their tenant. */
export interface MessagesOptions {
  /**
   * Secrets that sign the tenant of messages and jobs, each of 16 characters or more. The first signs, all are accepted. Default: none,
   * and then any client that can write to the broker can name any tenant; routes of the super tenant stay closed.
   */
  readonly secrets?: readonly string[];
}

/** What `MultitenancyModule.forRoot` takes. */
export interface MultitenancyOptions {
  /** Where requests look tenants up. It is asked often: wrap a remote one in a `CachedTenantCatalog`. */
  readonly catalog: TenantCatalogReader;
  /** The places of a request that name a tenant; at least one. All that apply are evaluated. */
  readonly resolvers: readonly (TenantResolver | TenantResolverFunction)[];
  /** `global` (default): `TenantGuard` guards every route; `manual`: attach it yourself. */
  readonly guard?: 'global' | 'manual';
  /** Whether a principal may act for a tenant; needed by `TenantMembershipGuard`. */
  readonly membership?: TenantMembership;
  /**
   * Controllers and paths that work without a tenant, for those of other packages: health, metrics, documentation. As if
   * they were marked `@TenantOptional()`; what a handler or controller is marked with comes first. A path is literal and
   * counts as sent, with the global prefix; `/docs/*` is all below `/docs/`. Default: none.
   */
  readonly central?: readonly CentralRoute[];
  /**
   * Whether headers are read from `request.headers` where a request has no `rawHeaders`: behind serverless adapters, which
   * make requests of events. Repeated headers cannot be found there unless the adapter keeps them. Default `false`.
   */
  readonly serverless?: boolean;
  /** When clients are made. Default: lazily, at their first use. */
  readonly loading?: LoadingOptions;
  /** Defaults of every client kind. */
  readonly clients?: Partial<RegistryLimits>;
  readonly cleanup?: CleanupOptions;
  readonly messages?: MessagesOptions;
  /** How settings of tenants are checked and filled in, by `TenantLifecycle` and `TenantSettings`. Default: any JSON object. */
  readonly settings?: TenantSettingsOptions<object>;
  /**
   * What clients receive for a tenant that they may not use. Default `full`: each reason with its code. `opaque`: an
   * unknown tenant, a suspended one, one that is not ready, one of others, two tenants in conflict and a route of the super
   * tenant are all answered as an unknown tenant (404); the log and audit events keep the true reason.
   */
  readonly errorDetail?: ErrorDetail;
  /** `warn` (default): the start warns of likely mistakes; `off`: it does not. An invalid set-up always stops it. */
  readonly startupChecks?: 'warn' | 'off';
  /** How long a shutdown may take: connections that are still open are closed after 15 s, then the clients are disposed. */
  readonly shutdown?: ShutdownOptions;
  /** Where the registries take time from; for tests. Default: the system's monotonic clock. */
  readonly clock?: Clock;
}

/** Makes {@link MultitenancyOptions}; for `useClass` and `useExisting`. */
export interface MultitenancyOptionsFactory {
  createMultitenancyOptions(): MultitenancyOptions | Promise<MultitenancyOptions>;
}

/** What `MultitenancyModule.forRootAsync` takes: one of `useFactory`, `useClass`, `useExisting`. */
export interface MultitenancyAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  // Parameters are whatever `inject` names.
  readonly useFactory?: (...args: never[]) => MultitenancyOptions | Promise<MultitenancyOptions>;
  readonly useClass?: Type<MultitenancyOptionsFactory>;
  readonly useExisting?: Type<MultitenancyOptionsFactory>;
}

/** A client kind: how its clients are made and closed, and their bounds. The tenant's record takes the place of its id. */
export interface TenantClientOptions<TClient = unknown, TOptions = unknown> extends Omit<
  TenantClientRegistryOptions<TClient, TOptions>,
  'name' | 'create' | 'template' | 'clock' | 'dependsOn'
> {
  /** Makes the tenant's client. Runs outside of any request's async context. */
  readonly create: (tenant: Tenant, context: ClientFactoryContext<TOptions>) => TClient | Promise<TClient>;
  /**
   * Other client kinds that the factory uses: it gets their clients of the tenant as `clients`, by name, leased until the client
   * is disposed. A client is disposed before those that it was made with, and renewed with them. Unknown kinds and cycles stop
   * the start. Default: none.
   */
  readonly dependsOn?: readonly string[] | undefined;
  /** Closes a client; called exactly once per client. */
  readonly dispose?: (client: TClient, disposal: ClientDisposal) => unknown;
  /** Options of every client, or a function that makes them for a tenant id. Copied for each client. */
  readonly template?: TOptions | ((tenantId: string) => TOptions);
  /**
   * Who acquires it. `injected` (default): what reaches it by injection does. `declared`: only what names it in
   * `@UseTenantClients`, and `tenantContext.acquire(name)`; for clients that are expensive and rarely used.
   */
  readonly acquire?: 'injected' | 'declared';
  /**
   * What `typeof` and `Array.isArray` report of the injected client. `function`: it can be called, all else behaves as on the
   * client. Default: `array` where a class injects it as an array (`private readonly rows: Row[]`), else `function`.
   */
  readonly shape?: 'function' | 'object' | 'array';
}

/** What `MultitenancyModule.forFeature` takes. */
export interface TenantClientFeature<TClient = unknown, TOptions = unknown> extends TenantClientOptions<
  TClient,
  TOptions
> {
  /** Name of the client kind. Default `default`. */
  readonly name?: string;
}

/** What `MultitenancyModule.forFeatureAsync` takes. */
export interface TenantClientAsyncFeature<TClient = unknown, TOptions = unknown> extends Pick<
  ModuleMetadata,
  'imports'
> {
  /** Name of the client kind. Default `default`. */
  readonly name?: string;
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  readonly useFactory: (
    ...args: never[]
  ) => TenantClientOptions<TClient, TOptions> | Promise<TenantClientOptions<TClient, TOptions>>;
}
