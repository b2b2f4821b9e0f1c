import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import type { Clock, Tenant } from '@tenantry/core';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { GrantedCapabilities } from '../capabilities/granted-capabilities.js';
import type { ServiceLogOptions } from '../capabilities/service-log.js';
import type { ServiceValues } from '../capabilities/service-values.js';
import type { QuickJsEngineOptions } from '../engine/quickjs-engine.js';
import type { ServiceEngine } from '../engine/service-engine.js';
import type { ServiceLimits } from '../kernel/service-limits.js';

/** What a tenant's services may do and use. */
export interface ServicePlan {
  readonly capabilities?: GrantedCapabilities;
  readonly limits?: Partial<ServiceLimits>;
}

/** What `ServicesModule.forRoot` takes. */
export interface ServicesOptions {
  /** Where artifacts are kept. */
  readonly store: ArtifactStore;
  /** Where `ctx.kv` keeps values. Default: nowhere, and `kv` cannot be given. */
  readonly values?: ServiceValues;
  /** The engine, or how the engine of this package is set up. The module closes it. Default: {@link QuickJsEngine}. */
  readonly engine?: ServiceEngine | QuickJsEngineOptions;
  /** What a tenant gets. It is asked when the tenant's runtime is opened. Default: no capabilities, the default limits. */
  readonly plan?: (tenant: Tenant) => ServicePlan;
  /** `eager`: the active services of a tenant are loaded with its runtime. Default `lazy`: at their first request. */
  readonly loading?: 'lazy' | 'eager';
  /** How long another node's activation may go unnoticed. 0 to 60,000 ms. Default 1,000. */
  readonly maxStalenessMs?: number;
  readonly log?: ServiceLogOptions;
  /** Default: the system's monotonic clock. */
  readonly clock?: Clock;
}

/** What `ServicesModule.forRootAsync` takes. */
export interface ServicesAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  // Parameters are whatever `inject` names.
  readonly useFactory: (...args: never[]) => ServicesOptions | Promise<ServicesOptions>;
}
