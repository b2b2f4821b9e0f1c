import { CATALOG_MIGRATIONS } from './catalog-migrations.js';
import type { SqlDatabase, SqlSession } from '../sql/sql-database.js';
import type { CatalogMigration } from './catalog-migrations.js';

/** Any constant that nobody else uses for an advisory lock: "tenantry" in hexadecimal. */
const LOCK_KEY = '8387231245791425145';

/** A step of the schema, as reports name it. */
type MigrationStep = Pick<CatalogMigration, 'version' | 'name'>;

/** How {@link migrateCatalog} goes about it. */
export interface CatalogMigrationOptions {
  /** Only report what would be done; needs no more than the right to read. Default: `false`. */
  readonly dryRun?: boolean;
}

/** What {@link migrateCatalog} did, or would do. */
export interface CatalogMigrationReport {
  /** The steps that this call applied, in order; empty = the schema was up to date, or it was a dry run. */
  readonly applied: readonly MigrationStep[];
  /** The steps that are still to be applied, in order; only a dry run leaves any. */
  readonly pending: readonly MigrationStep[];
}

/**
 * Brings the schema `tenantry` to what {@link PostgresTenantCatalog} needs, in one transaction: all steps or none.
 *
 * Idempotent, and safe when several processes run it at once: one works, the others wait for it. Where nothing is to be
 * done, it only reads, so that a role with the rights of {@link grantCatalogSql} may call it too. A schema that is newer
 * than this version of the library is left alone. While indexes are built over many tenants, reads go on and changes wait.
 *
 * @param database connected as a role that may create a schema, at the first time and after an update
 * @param options `dryRun` to look before
 * @throws the driver's error, for example when that right is missing
 */
export async function migrateCatalog(
  database: SqlDatabase,
  { dryRun = false }: CatalogMigrationOptions = {},
): Promise<CatalogMigrationReport> {
  const pending = await pendingMigrations(database);
  if (dryRun || pending.length === 0) return { applied: [], pending: pending.map(stepOf) };
  return database.transaction(applyPending);
}

async function applyPending(tx: SqlSession): Promise<CatalogMigrationReport> {
  await tx.query('select pg_catalog.pg_advisory_xact_lock($1::bigint)', [LOCK_KEY]);
  const pending = await pendingMigrations(tx);
  if (pending.length > 0) await createMigrationsTable(tx);
  for (const migration of pending) await apply(tx, migration);
  return { applied: pending.map(stepOf), pending: [] };
}

function stepOf({ version, name }: CatalogMigration): MigrationStep {
  return { version, name };
}

async function pendingMigrations(session: SqlSession): Promise<readonly CatalogMigration[]> {
  // Not to_regclass(): it may answer from a cache that is older than the wait for the lock.
  const { rowCount } = await session.query(
    `select 1 from pg_catalog.pg_tables where schemaname = 'tenantry' and tablename = 'migrations'`,
    [],
  );
  if (rowCount === 0) return CATALOG_MIGRATIONS;
  const applied = await session.query<{ version: number }>('select version from tenantry.migrations', []);
  const versions = new Set(applied.rows.map(({ version }) => version));
  return CATALOG_MIGRATIONS.filter(({ version }) => !versions.has(version));
}

async function createMigrationsTable(tx: SqlSession): Promise<void> {
  await tx.query(`
    create schema if not exists tenantry;
    create table if not exists tenantry.migrations (
      version integer primary key,
      name text not null,
      applied_at timestamptz not null default now()
    );`);
}

async function apply(tx: SqlSession, { version, name, sql }: CatalogMigration): Promise<void> {
  await tx.query(sql);
  await tx.query('insert into tenantry.migrations (version, name) values ($1, $2)', [version, name]);
}
