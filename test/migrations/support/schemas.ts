import pg from 'pg';
import { pgDatabase } from '@tenantry/postgres';
import type { MigrationTarget, SqlDatabase, TenantMigration } from '@tenantry/postgres';
import { createTestDatabase } from '../../support/postgres.js';

/** A database with a schema for each tenant. */
export interface Schemas {
  /** As the owner of everything. */
  readonly url: string;
  readonly database: SqlDatabase;
  /** As above, on connections of its own: what others do meanwhile. */
  readonly other: SqlDatabase;
  drop(): Promise<void>;
}

/** Makes a database. The caller drops it. @param connections of `database` */
export async function createSchemas(connections: number): Promise<Schemas> {
  const test = await createTestDatabase();
  const open = (name: string, max: number): SqlDatabase =>
    pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max, application_name: name }));
  const [database, other] = [open('migrations', connections), open('others', 2)];
  const drop = async (): Promise<void> => {
    await Promise.all([database.close(), other.close()]);
    await test.drop();
  };
  return { url: test.adminUrl, database, other, drop };
}

/** Makes schemas `tenant_<id>`, marked as those of their tenants, and what migrates them. */
export async function targetsOf(database: SqlDatabase, ...ids: readonly string[]): Promise<MigrationTarget[]> {
  const made = (id: string): string =>
    `create schema "tenant_${id}"; comment on schema "tenant_${id}" is 'Tenantry: tenant ${id} of prefix tenant_';`;
  await database.query(ids.map(made).join('\n'));
  return ids.map((tenantId) => ({ tenantId, schema: `tenant_${tenantId}`, database }));
}

/** Ids that sort as they count. */
export function idsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `t${String(index).padStart(4, '0')}`);
}

/** Three steps of a small schema. */
export const THREE: readonly TenantMigration[] = [
  { name: '0001-notes', up: 'create table note (id int primary key, text text);' },
  { name: '0002-author', up: `alter table note add column author text; insert into note values (1, 'first', 'us');` },
  { name: '0003-index', up: async (tx) => void (await tx.query('create index note_author on note (author)')) },
];

/** The ledger of a schema, in order of time. */
export async function ledgerOf(database: SqlDatabase, schema: string): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    `select name from "${schema}".tenantry_migrations order by applied_at, name`,
  );
  return rows.map(({ name }) => name);
}

/** Tables of a schema, without the ledger. */
export async function tablesOf(database: SqlDatabase, schema: string): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    `select tablename::text as name from pg_tables where schemaname = $1 and tablename <> 'tenantry_migrations' order by 1`,
    [schema],
  );
  return rows.map(({ name }) => name);
}
