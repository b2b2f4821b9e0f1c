import { InMemoryTenantCatalog } from '@tenantry/core';
import { migrateCatalog, pgliteDatabase, PostgresTenantCatalog } from '@tenantry/postgres';
import { createCatalogDatabase } from '../support/catalog-database.js';
import type { CatalogDatabase } from '../support/catalog-database.js';
import { createPglite } from '../support/postgres.js';
import { describeTenantCatalog } from '@tenantry/core/testing';
import type { SqlDatabase } from '@tenantry/postgres';
import { runner } from '../support/runner.js';

const EMPTY = 'truncate tenantry.tenant_names, tenantry.tenants';

describeTenantCatalog(runner, 'InMemoryTenantCatalog', async () => new InMemoryTenantCatalog());

describe('PGlite', () => {
  let database: SqlDatabase;

  beforeAll(async () => {
    database = pgliteDatabase(await createPglite());
    await migrateCatalog(database);
  });
  afterAll(() => database.close());

  describeTenantCatalog(runner, 'PostgresTenantCatalog on PGlite', async () => {
    await database.query(EMPTY);
    return new PostgresTenantCatalog(database);
  });
});

describe('PostgreSQL', () => {
  let server: CatalogDatabase;
  beforeAll(async () => void (server = await createCatalogDatabase()));
  afterAll(() => server.close());

  describeTenantCatalog(runner, 'PostgresTenantCatalog on PostgreSQL, as a role without further rights', async () => {
    await server.admin.query(EMPTY);
    return new PostgresTenantCatalog(server.app);
  });
});
