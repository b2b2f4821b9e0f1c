import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import type { TenantChangeFeedOptions } from './tenant-change-feed.js';

/** What `TenantSyncModule.forRoot` takes. Without `onError`, what goes wrong is logged, at most once a minute. */
export type TenantSyncOptions = Omit<TenantChangeFeedOptions, 'apply' | 'onRead'>;

/** What `TenantSyncModule.forRootAsync` takes. */
export interface TenantSyncAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  // Parameters are whatever `inject` names.
  readonly useFactory: (...args: never[]) => TenantSyncOptions | Promise<TenantSyncOptions>;
}
