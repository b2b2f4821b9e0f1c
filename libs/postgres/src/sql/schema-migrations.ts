import type { SqlDatabase, SqlSession } from './sql-database.js';
import { quotedName } from './sql-identifier.js';

/** One step of a schema. Never changed once released; a correction is a further step. */
export interface SchemaMigration {
  /** 1, 2, 3, ... without gaps. */
  readonly version: number;
  readonly name: string;
  /** One or several statements. */
  readonly sql: string;
}

/** A schema and how it came to be. */
export interface MigratedSchema {
  /** Its name; it also holds the table `migrations`. */
  readonly schema: string;
  /** A 64-bit integer for the advisory lock; one that no other schema uses. */
  readonly lockKey: string;
  /** Every step, in order. */
  readonly steps: readonly SchemaMigration[];
}

/** A step of a schema, as reports name it. */
export type SchemaMigrationStep = Pick<SchemaMigration, 'version' | 'name'>;

/** How {@link migrateSchema} works. */
export interface SchemaMigrationOptions {
  /** Only report what would be done; needs no more than the right to read. Default: `false`. */
  readonly dryRun?: boolean;
}

/** What {@link migrateSchema} did, or would do. */
export interface SchemaMigrationReport {
  /** The steps that this call applied, in order; empty = the schema was up to date, or it was a dry run. */
  readonly applied: readonly SchemaMigrationStep[];
  /** The steps that are still to be applied, in order; only a dry run leaves any. */
  readonly pending: readonly SchemaMigrationStep[];
}

/**
 * Brings a schema up to date in one transaction: all steps or none. Idempotent, and safe when several processes run it at
 * once: one works, the others wait. Where no step is pending, it only reads.
 *
 * @param database connected as a role that may create a schema, at the first time and after an update
 * @throws the driver's error, for example when that right is missing; `MT_ARGUMENT_INVALID` for a malformed schema name
 */
export async function migrateSchema(
  database: SqlDatabase,
  migrated: MigratedSchema,
  { dryRun = false }: SchemaMigrationOptions = {},
): Promise<SchemaMigrationReport> {
  const pending = await pendingSteps(database, migrated);
  if (dryRun || pending.length === 0) return { applied: [], pending: pending.map(stepOf) };
  return database.transaction((tx) => applyPending(tx, migrated));
}

async function applyPending(tx: SqlSession, migrated: MigratedSchema): Promise<SchemaMigrationReport> {
  await tx.query('select pg_catalog.pg_advisory_xact_lock($1::bigint)', [migrated.lockKey]);
  const pending = await pendingSteps(tx, migrated);
  const schema = quotedName('schema', migrated.schema);
  if (pending.length > 0) await createMigrationsTable(tx, schema);
  for (const step of pending) await apply(tx, schema, step);
  return { applied: pending.map(stepOf), pending: [] };
}

function stepOf({ version, name }: SchemaMigration): SchemaMigrationStep {
  return { version, name };
}

async function pendingSteps(
  session: SqlSession,
  { schema, steps }: MigratedSchema,
): Promise<readonly SchemaMigration[]> {
  // Not to_regclass(): it may answer from a cache that is older than the wait for the lock.
  const { rowCount } = await session.query(
    `select 1 from pg_catalog.pg_tables where schemaname = $1 and tablename = 'migrations'`,
    [schema],
  );
  if (rowCount === 0) return steps;
  const table = `${quotedName('schema', schema)}.migrations`;
  const applied = await session.query<{ version: number }>(`select version from ${table}`, []);
  const versions = new Set(applied.rows.map(({ version }) => version));
  return steps.filter(({ version }) => !versions.has(version));
}

async function createMigrationsTable(tx: SqlSession, schema: string): Promise<void> {
  await tx.query(`
    create schema if not exists ${schema};
    create table if not exists ${schema}.migrations (
      version integer primary key,
      name text not null,
      applied_at timestamptz not null default now()
    );`);
}

async function apply(tx: SqlSession, schema: string, { version, name, sql }: SchemaMigration): Promise<void> {
  await tx.query(sql);
  await tx.query(`insert into ${schema}.migrations (version, name) values ($1, $2)`, [version, name]);
}
