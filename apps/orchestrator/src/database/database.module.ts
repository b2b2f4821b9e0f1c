import { Inject, Injectable, Module } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { CachedTenantCatalog } from '@tenantry/core';
import { PostgresTenantCatalog } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import { OPEN_PGLITE } from '../overrides.module.js';
import { SETTINGS } from '../settings/settings.module.js';
import type { Settings } from '../settings/settings.js';
import type { OpenPglite } from './embedded-database.js';
import { openDatabase } from './open-database.js';
import type { OpenedDatabase } from './open-database.js';

/** Injection token of the {@link SqlDatabase}. Tenants' rows are behind `TenantDatabase`; this is for the catalog and for health. */
export const DATABASE = Symbol('database');

/** Injection token of the {@link OpenedDatabase}. */
export const OPENED_DATABASE = Symbol('opened database');

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
    {
      provide: OPENED_DATABASE,
      inject: [SETTINGS, OPEN_PGLITE],
      useFactory: (settings: Settings, openPglite: OpenPglite) => openDatabase(settings, openPglite),
    },
    { provide: DATABASE, inject: [OPENED_DATABASE], useFactory: ({ database }: OpenedDatabase) => database },
    {
      provide: PostgresTenantCatalog,
      inject: [DATABASE],
      useFactory: (database: SqlDatabase) => new PostgresTenantCatalog(database),
    },
    {
      provide: CachedTenantCatalog,
      inject: [PostgresTenantCatalog],
      useFactory: (catalog: PostgresTenantCatalog) => new CachedTenantCatalog(catalog, CATALOG_CACHE),
    },
    DatabaseClosing,
  ],
  exports: [DATABASE, OPENED_DATABASE, PostgresTenantCatalog, CachedTenantCatalog],
})
export class DatabaseModule {}
