import { Module } from '@nestjs/common';
import { CachedTenantCatalog, fromHost, MultitenancyModule } from '@tenantry/core';
import { TenantLifecycleModule } from '@tenantry/lifecycle';
import { boundPool, PostgresTenantCatalog, PostgresTenantLifecycleStore } from '@tenantry/postgres';
import pg from 'pg';
import { CatalogDatabase, DatabaseModule } from './database.module.js';
import { passwordOf, settings } from './settings.js';
import { TenantRole } from './tenant-role.hook.js';

const { hostname: host, port, pathname } = new URL(settings.ownerUrl);

/** A pool for each tenant, on shared tables under row-level security. */
const strategy = boundPool({
  server: { host, port: Number(port), database: pathname.slice(1) },
  rolePrefix: settings.rolePrefix,
  password: passwordOf,
  createPool: (options) => new pg.Pool(options),
});

@Module({
  imports: [
    MultitenancyModule.forRootAsync({
      imports: [DatabaseModule],
      inject: [CatalogDatabase],
      useFactory: ({ sql }: CatalogDatabase) => ({
        catalog: new CachedTenantCatalog(new PostgresTenantCatalog(sql)),
        resolvers: [fromHost({ baseDomain: 'shop.example', centralSubdomains: ['www', 'app'] })],
        membership: (principal, tenant) => (principal as { tenantId: string }).tenantId === tenant.id,
      }),
    }),
    TenantLifecycleModule.forRootAsync({
      imports: [DatabaseModule],
      inject: [CatalogDatabase],
      useFactory: ({ sql }: CatalogDatabase) => ({
        store: new PostgresTenantLifecycleStore(sql),
        drained: async () => true,
      }),
    }),
    MultitenancyModule.forFeature({
      name: 'db',
      create: async (tenant) => {
        const pool = new pg.Pool(await strategy.connectionOf(tenant));
        pool.on('error', () => undefined); // the pool replaces what broke while it was idle
        return pool;
      },
      dispose: (pool) => pool.end(),
    }),
  ],
  providers: [TenantRole],
  exports: [MultitenancyModule],
})
export class TenancyModule {}
