import { Global, Module } from '@nestjs/common';
import { TenantContext } from '@tenantry/core';
import { TenantDatabase } from '@tenantry/postgres';
import type { OpenedDatabase } from './opened-database.js';
import { OPENED_DATABASE } from './opened-database.module.js';

/** The database as the current tenant sees it, everywhere. */
@Global()
@Module({
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
