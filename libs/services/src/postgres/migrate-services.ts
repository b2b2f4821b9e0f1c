import { tenantTableSql } from '@tenantry/postgres';
import type { SqlDatabase, SqlSession } from '@tenantry/postgres';
import { SERVICE_TABLES, SERVICES_MIGRATIONS } from './services-schema.js';
import type { ServicesMigration } from './services-schema.js';

/** Any constant that nothing else uses for an advisory lock: "services" in hexadecimal. */
const LOCK_KEY = '8315178217446434163';

/** What {@link migrateServices} did. */
export interface ServicesMigrationReport {
  /** The steps that this call applied, in order. */
  readonly applied: readonly Pick<ServicesMigration, 'version' | 'name'>[];
}

/**
 * Creates and updates the tables of services, with their row-level security, in one transaction. Idempotent, and safe when
 * several processes run it at once. The tables lie in the schema that `search_path` names first,
 * the record of the steps in the schema `tenantry`.
 *
 * @param database connected as the owner of the schema
 * @param role the application's role, which gets the rights on the tables; absent = rights are granted elsewhere
 * @throws the driver's error
 */
export async function migrateServices(database: SqlDatabase, role?: string): Promise<ServicesMigrationReport> {
  return database.transaction(async (tx) => {
    await tx.query('select pg_catalog.pg_advisory_xact_lock($1::bigint)', [LOCK_KEY]);
    const pending = await pendingMigrations(tx);
    for (const migration of pending) await apply(tx, migration);
    if (pending.length > 0) for (const table of SERVICE_TABLES) await tx.query(tenantTableSql(table));
    if (role !== undefined) await grant(tx, role);
    return { applied: pending.map(({ version, name }) => ({ version, name })) };
  });
}

async function pendingMigrations(tx: SqlSession): Promise<readonly ServicesMigration[]> {
  await tx.query(`
    create schema if not exists tenantry;
    create table if not exists tenantry.service_migrations (
      version integer primary key,
      name text not null,
      applied_at timestamptz not null default now()
    );`);
  const { rows } = await tx.query<{ version: number }>('select version from tenantry.service_migrations', []);
  const versions = new Set(rows.map(({ version }) => version));
  return SERVICES_MIGRATIONS.filter(({ version }) => !versions.has(version));
}

async function apply(tx: SqlSession, { version, name, sql }: ServicesMigration): Promise<void> {
  await tx.query(sql);
  await tx.query('insert into tenantry.service_migrations (version, name) values ($1, $2)', [version, name]);
}

/** The name is quoted by the server. */
async function grant(tx: SqlSession, role: string): Promise<void> {
  const text = `select format('grant select, insert, update, delete on ${SERVICE_TABLES.join(', ')} to %I', $1::text) as sql`;
  const { rows } = await tx.query<{ sql: string }>(text, [role]);
  for (const { sql } of rows) await tx.query(sql);
}
