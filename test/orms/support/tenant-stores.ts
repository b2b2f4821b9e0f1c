import { TenantClientRegistry } from '@tenantry/core';
import type { IsolationStrategy, PooledStrategy, TenantPoolSettings } from '@tenantry/postgres';
import type { IsolatedData } from '../../isolation/support/isolated-data.js';
import { settingsOf } from './project-store.js';
import type { Orm, ProjectStore, SharedStores } from './project-store.js';
import { schemaOf } from './schema-of.js';

/** One ORM on one strategy: a registry with a store for each tenant. */
export class TenantStores {
  readonly registry: TenantClientRegistry<ProjectStore>;
  readonly #shared: SharedStores | null;
  #closing: Promise<void> | null = null;

  private constructor(orm: Orm, create: (tenantId: string) => Promise<ProjectStore>, shared: SharedStores | null) {
    this.#shared = shared;
    this.registry = new TenantClientRegistry({ name: orm.name, create, dispose: (store) => store.close() });
  }

  /**
   * The caller closes it, before the data.
   *
   * @param pool in the place of what the strategy says of pools
   */
  static async open(orm: Orm, data: IsolatedData, pool: TenantPoolSettings = {}): Promise<TenantStores> {
    const connectionOf = connectionsOf(data.strategy);
    if (connectionOf !== null) {
      const create = async (tenantId: string): Promise<ProjectStore> =>
        orm.open({ ...(await connectionOf(tenantId)), ...pool }, schemaOf(data, tenantId));
      return new TenantStores(orm, create, null);
    }
    const shared = await orm.share({ ...settingsOf(data.server.test.appUrl), max: 1, ...pool });
    return new TenantStores(orm, async (tenantId) => shared.forTenant(tenantId), shared);
  }

  /** Works on the store of a tenant, which is leased for that time. */
  async use<R>(tenantId: string, fn: (store: ProjectStore) => Promise<R>): Promise<R> {
    const lease = await this.registry.acquire(tenantId);
    try {
      return await fn(lease.client);
    } finally {
      lease.release();
    }
  }

  /** Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.registry.close().then(() => this.#shared?.close()));
  }
}

/** How a strategy with pools connects for a tenant; `null` where tenants share a pool. */
export function connectionsOf(strategy: IsolationStrategy | PooledStrategy): PooledStrategy['connectionOf'] | null {
  return 'connectionOf' in strategy ? (tenant) => strategy.connectionOf(tenant) : null;
}
