import { Injectable, Module } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { PG_POOL_TIMEOUTS, pgDatabase } from '@tenantry/postgres';
import pg from 'pg';
import { settings } from './settings.js';

/** The database of the catalog. Who makes a pool closes it: the library closes only the clients that it has made. */
@Injectable()
export class CatalogDatabase implements OnApplicationShutdown {
  readonly sql = pgDatabase(new pg.Pool({ connectionString: settings.databaseUrl, ...PG_POOL_TIMEOUTS }));

  async onApplicationShutdown(): Promise<void> {
    await this.sql.close();
  }
}

@Module({ providers: [CatalogDatabase], exports: [CatalogDatabase] })
export class DatabaseModule {}
