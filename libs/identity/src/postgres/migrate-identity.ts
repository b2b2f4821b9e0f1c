import { migrateSchema, tenantTableSql } from '@tenantry/postgres';
import type { SchemaMigrationReport, SqlDatabase, SqlSession } from '@tenantry/postgres';
import type { PermissionVocabulary } from '../permissions/permission-vocabulary.js';
import { IDENTITY_MIGRATIONS, IDENTITY_TABLES } from './identity-migrations.js';

/** Any constant that no other schema uses for an advisory lock. */
const LOCK_KEY = '8387231245791425146';

/**
 * Run it after `migrateCatalog`: changes of identities are announced in the catalog's log.
 *
 * Brings the schema `tenantry_identity` up to date: tables, forced row-level security, and the vocabulary of permissions. A
 * permission that the code no longer has is taken from every role. Can be run again, also by several processes at once.
 *
 * @param database connected as the owner of the schema
 * @param vocabulary the one that `IdentityModule.forRoot` is given
 * @throws the driver's error, for example when the right to create a schema is missing
 */
export async function migrateIdentity(
  database: SqlDatabase,
  vocabulary: PermissionVocabulary,
): Promise<SchemaMigrationReport> {
  const migrated = { schema: 'tenantry_identity', lockKey: LOCK_KEY, steps: IDENTITY_MIGRATIONS };
  const report = await migrateSchema(database, migrated);
  await database.transaction(async (tx) => {
    await tx.query('select pg_catalog.pg_advisory_xact_lock($1::bigint)', [LOCK_KEY]);
    for (const table of IDENTITY_TABLES) await tx.query(tenantTableSql(table));
    await writeVocabulary(tx, vocabulary);
  });
  return report;
}

async function writeVocabulary(tx: SqlSession, vocabulary: PermissionVocabulary): Promise<void> {
  const entries = [...vocabulary.entries()];
  const [names, levels] = [entries.map(([name]) => name), entries.map(([, level]) => level)];
  const listed = 'select * from unnest($1::text[], $2::text[]) as listed (name, level)';
  await removeUnlisted(tx, listed, [names, levels]);
  await tx.query(`insert into tenantry_identity.permission (name, level) ${listed} on conflict (name) do nothing`, [
    names,
    levels,
  ]);
}

/** Forced row-level security binds the owner too: for this statement alone it does not, until the transaction ends. */
async function removeUnlisted(tx: SqlSession, listed: string, values: readonly unknown[]): Promise<void> {
  const gone = `select p.name from tenantry_identity.permission p
    where not exists (select from (${listed}) l where l.name = p.name and l.level = p.level)`;
  const { rowCount } = await tx.query(gone, values);
  if (rowCount === 0) return;
  await tx.query('alter table tenantry_identity.role_permission no force row level security');
  await tx.query(`delete from tenantry_identity.role_permission where permission in (${gone})`, values);
  await tx.query('alter table tenantry_identity.role_permission force row level security');
  await tx.query(`delete from tenantry_identity.permission where name in (${gone})`, values);
}
