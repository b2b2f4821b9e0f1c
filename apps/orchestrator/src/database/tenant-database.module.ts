import { Global, Module } from '@nestjs/common';
import { TenantContext } from '@tenantry/core';
import { TenantDatabase } from '@tenantry/postgres';
import type { ApplicationDatabase } from './application-database.js';
import { APPLICATION_DATABASE } from './application-database.module.js';

/** The database as the current tenant sees it, everywhere. */
@Global()
@Module({
  providers: [
    {
      provide: TenantDatabase,
      inject: [APPLICATION_DATABASE, TenantContext],
      useFactory: ({ database, role }: ApplicationDatabase, context: TenantContext) =>
        new TenantDatabase(database, context, role === undefined ? {} : { role }),
    },
  ],
  exports: [TenantDatabase],
})
export class TenantDatabaseModule {}
