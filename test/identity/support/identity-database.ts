import { PermissionVocabulary } from '@tenantry/identity';
import { grantIdentitySql, migrateIdentity, postgresIdentityStore } from '@tenantry/identity/postgres';
import type { IdentityStore } from '@tenantry/identity';
import { grantCatalogSql, migrateCatalog, pgDatabase, pgliteDatabase, TenantDatabase } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import pg from 'pg';
import { createPglite, createTestDatabase } from '../../support/postgres.js';
import type { DatabaseName } from '../../support/orchestrator.js';

export const VOCABULARY = new PermissionVocabulary({
  permissions: ['projects:read', 'projects:write', 'users:write', 'roles:write'],
  platformPermissions: ['tenants:create'],
});

/** A database with the tables of identities, and the store over it. */
export interface IdentityDatabase {
  readonly store: IdentityStore;
  /** As the owner. */
  readonly admin: SqlDatabase;
  /** As the application. */
  readonly app: SqlDatabase;
  /** Where the application connects; empty for PGlite. */
  readonly appUrl: string;
  /** The same rows as the application sees them. */
  readonly tenants: TenantDatabase;
  close(): Promise<void>;
}

const NO_CONTEXT = {
  get tenant(): never {
    throw new Error('no tenant');
  },
};
const EMBEDDED_ROLE = 'identity_app';

/** Opens one of its own; the caller closes it. */
export async function openIdentityDatabase(kind: DatabaseName): Promise<IdentityDatabase> {
  return kind === 'pglite' ? openEmbedded() : openServer();
}

async function prepare(admin: SqlDatabase, role: string): Promise<void> {
  await migrateCatalog(admin);
  await migrateIdentity(admin, VOCABULARY);
  await admin.query(grantCatalogSql(role));
  await admin.query(grantIdentitySql(role));
}

async function openEmbedded(): Promise<IdentityDatabase> {
  const admin = pgliteDatabase(await createPglite());
  await admin.query(`create role ${EMBEDDED_ROLE} nologin`);
  await prepare(admin, EMBEDDED_ROLE);
  const tenants = new TenantDatabase(admin, NO_CONTEXT, { role: EMBEDDED_ROLE });
  return { store: postgresIdentityStore(tenants), admin, app: admin, appUrl: '', tenants, close: () => admin.close() };
}

async function openServer(): Promise<IdentityDatabase> {
  const test = await createTestDatabase();
  const admin = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 2 }));
  const app = pgDatabase(new pg.Pool({ connectionString: test.appUrl, max: 8 }));
  await prepare(admin, test.appRole);
  const tenants = new TenantDatabase(app, NO_CONTEXT);
  const close = async (): Promise<void> => {
    await Promise.all([app.close(), admin.close()]);
    await test.drop();
  };
  return { store: postgresIdentityStore(tenants), admin, app, appUrl: test.appUrl, tenants, close };
}
