import { Inject, Injectable, Module } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { CachedTenantCatalog } from '@tenantry/core';
import { PostgresTenantCatalog, PostgresTenantLifecycleStore } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import type { ApplicationDatabase } from './application-database.js';
import { APPLICATION_DATABASE } from './application-database.module.js';

/** Injection token of the {@link SqlDatabase}. Tenants' rows are behind `TenantDatabase`; this is for the catalog and for health. */
export const DATABASE = Symbol('database');

/** A change on another node is seen within this time; a change on this node at once. */
const CATALOG_CACHE = { ttlMs: 5_000, negativeTtlMs: 1_000, maxEntries: 10_000 };

/** Closes the database when everything that uses it has ended: no request is in flight any more. */
@Injectable()
class DatabaseClosing implements OnApplicationShutdown {
  readonly #database: SqlDatabase;

  constructor(@Inject(DATABASE) database: SqlDatabase) {
    this.#database = database;
  }

  onApplicationShutdown(): Promise<void> {
    return this.#database.close();
  }
}

/** The database and the tenant catalog in it. Depends on no tenant. */
@Module({
  providers: [
    { provide: DATABASE, inject: [APPLICATION_DATABASE], useFactory: ({ database }: ApplicationDatabase) => database },
    {
      provide: PostgresTenantCatalog,
      inject: [DATABASE],
      useFactory: (database: SqlDatabase) => new PostgresTenantCatalog(database),
    },
    {
      provide: PostgresTenantLifecycleStore,
      inject: [DATABASE],
      useFactory: (database: SqlDatabase) => new PostgresTenantLifecycleStore(database),
    },
    {
      provide: CachedTenantCatalog,
      inject: [PostgresTenantCatalog],
      useFactory: (catalog: PostgresTenantCatalog) => new CachedTenantCatalog(catalog, CATALOG_CACHE),
    },
    DatabaseClosing,
  ],
  exports: [DATABASE, PostgresTenantCatalog, PostgresTenantLifecycleStore, CachedTenantCatalog],
})
export class DatabaseModule {}
