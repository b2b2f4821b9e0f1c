import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import type { TenantChangeFeedOptions } from './tenant-change-feed.js';

/** What `TenantNodesModule.forRoot` takes. Without `onError`, what goes wrong is logged, at most once a minute. */
export type TenantNodesOptions = Omit<TenantChangeFeedOptions, 'apply' | 'onRead'>;

/** What `TenantNodesModule.forRootAsync` takes. */
export interface TenantNodesAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  // Parameters are whatever `inject` names.
  readonly useFactory: (...args: never[]) => TenantNodesOptions | Promise<TenantNodesOptions>;
}
