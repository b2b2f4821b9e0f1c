import { grantCatalogSql, migrateCatalog, tenantTableSql } from '@tenantry/postgres';
import type { SqlDatabase, SqlSession } from '@tenantry/postgres';
import { migrateServices } from '@tenantry/services/postgres';
import { grantIdentitySql, migrateIdentity } from '@tenantry/identity/postgres';
import { PERMISSIONS } from '../identity/permissions.js';
import { CREATE_TABLES, OWN_TABLES } from './schema.js';

/** Any constant that no other code uses for an advisory lock. */
const LOCK_KEY = '7239115524680113';

/**
 * Creates what is missing of the catalog and of this application's tables, and lets a role use them. Can be run again,
 * also by several processes at once.
 *
 * @param database connected as the owner of the schema
 * @param role the role that row-level security binds; it must exist
 */
export async function migrateDatabase(database: SqlDatabase, role: string): Promise<void> {
  await migrateCatalog(database);
  await migrateServices(database);
  await migrateIdentity(database, PERMISSIONS);
  await database.transaction(async (session) => {
    await session.query('select pg_advisory_xact_lock($1::bigint)', [LOCK_KEY]);
    for (const statement of CREATE_TABLES) await session.query(statement);
    for (const table of OWN_TABLES) await session.query(tenantTableSql(table));
    await session.query(grantCatalogSql(role));
    await session.query(grantIdentitySql(role));
    await grantTables(session, role);
  });
}

/** @param role checked by `grantCatalogSql` */
async function grantTables(session: SqlSession, role: string): Promise<void> {
  await session.query(`grant select, insert, update, delete on ${OWN_TABLES.join(', ')} to "${role}"`);
}

/**
 * Creates a role without special rights when it is missing; an existing one stays as it is, password and all.
 *
 * @param password lets the role log in; `null` = it cannot log in, and is only assumed by others
 */
export async function createRole(database: SqlDatabase, role: string, password: string | null): Promise<void> {
  const { rows } = await database.query<{ statement: string }>(
    `select case when $2::text is null then format('create role %I nologin', $1::text)
       else format('create role %I login password %L', $1::text, $2::text) end as statement
     where not exists (select from pg_roles where rolname = $1::text)`,
    [role, password],
  );
  for (const { statement } of rows) await database.query(statement);
}
