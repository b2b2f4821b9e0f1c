import { Global, Module } from '@nestjs/common';
import { TenantContext } from '@tenantry/core';
import { TenantDatabase } from '@tenantry/postgres';
import { DatabaseModule, OPENED_DATABASE } from './database.module.js';
import type { OpenedDatabase } from './open-database.js';

/** The database as the current tenant sees it, everywhere. */
@Global()
@Module({
  imports: [DatabaseModule],
  providers: [
    {
      provide: TenantDatabase,
      inject: [OPENED_DATABASE, TenantContext],
      useFactory: ({ database, role }: OpenedDatabase, context: TenantContext) =>
        new TenantDatabase(database, context, role === undefined ? {} : { role }),
    },
  ],
  exports: [TenantDatabase],
})
export class TenantDatabaseModule {}
