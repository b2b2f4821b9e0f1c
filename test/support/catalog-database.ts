import { grantCatalogSql, migrateCatalog, pgDatabase } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import pg from 'pg';
import { createTestDatabase } from './postgres.js';

/** A catalog on PostgreSQL in a database of a test's own. */
export interface CatalogDatabase {
  /** As a superuser. */
  readonly admin: SqlDatabase;
  /** As a role with the rights of `grantCatalogSql` and no others. */
  readonly app: SqlDatabase;
  /** Removes the database and the role. */
  close(): Promise<void>;
}

/** Makes a database with an empty catalog. The caller closes it. */
export async function createCatalogDatabase(): Promise<CatalogDatabase> {
  const test = await createTestDatabase();
  const admin = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 1 }));
  const app = pgDatabase(new pg.Pool({ connectionString: test.appUrl, max: 8 }));
  await migrateCatalog(admin);
  await admin.query(grantCatalogSql(test.appRole));
  const close = async (): Promise<void> => {
    await Promise.all([app.close(), admin.close()]);
    await test.drop();
  };
  return { admin, app, close };
}
