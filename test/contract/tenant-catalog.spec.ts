import pg from 'pg';
import { InMemoryTenantCatalog } from '@tenantry/core';
import { grantCatalogSql, migrateCatalog, pgDatabase, pgliteDatabase, PostgresTenantCatalog } from '@tenantry/postgres';
import { createPglite, createTestDatabase } from '../support/postgres.js';
import { describeTenantCatalog } from './tenant-catalog.contract.js';
import type { SqlDatabase } from '@tenantry/postgres';
import type { TestDatabase } from '../support/postgres.js';

const EMPTY = 'truncate tenantry.tenant_names, tenantry.tenants';

describeTenantCatalog('InMemoryTenantCatalog', async () => new InMemoryTenantCatalog());

describe('PGlite', () => {
  let database: SqlDatabase;

  beforeAll(async () => {
    database = pgliteDatabase(await createPglite());
    await migrateCatalog(database);
  });
  afterAll(() => database.close());

  describeTenantCatalog('PostgresTenantCatalog on PGlite', async () => {
    await database.query(EMPTY);
    return new PostgresTenantCatalog(database);
  });
});

describe('PostgreSQL', () => {
  let test: TestDatabase;
  let admin: SqlDatabase;
  let app: SqlDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
    admin = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 1 }));
    app = pgDatabase(new pg.Pool({ connectionString: test.appUrl, max: 8 }));
    await migrateCatalog(admin);
    await admin.query(grantCatalogSql(test.appRole));
  });
  afterAll(async () => {
    await Promise.all([app.close(), admin.close()]);
    await test.drop();
  });

  describeTenantCatalog('PostgresTenantCatalog on PostgreSQL, as a role without further rights', async () => {
    await admin.query(EMPTY);
    return new PostgresTenantCatalog(app);
  });
});
