import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { settingStep } from '../sql/setting-step.js';
import { withinTime } from '../sql/within-time.js';
import { MigrationLedger } from './migration-ledger.js';
import { TenantMigrationError } from './tenant-migration.error.js';
import type { SqlDatabase, SqlSession, TransactionSettings } from '../sql/sql-database.js';
import type { TenantMigrationOutcome } from './tenant-migration-report.js';
import type { MigratedTenant, MigrationTarget, TenantMigration } from './tenant-migration.js';
import type { ResolvedOptions } from './tenant-migrations-options.js';

type MigrateOptions = Pick<ResolvedOptions, 'migrations' | 'timeoutMs' | 'lockTimeoutMs' | 'clock' | 'onProgress'>;

const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** What one tenant's turn works with. */
interface Turn extends MigrateOptions {
  readonly tenant: MigratedTenant;
  readonly applied: string[];
  /** The migration that is under way. */
  current: string | null;
}

/**
 * Brings one tenant up to date. Never rejects for what the database or a migration does.
 *
 * @internal
 */
export async function migrateTenant(target: MigrationTarget, options: MigrateOptions): Promise<TenantMigrationOutcome> {
  const { tenantId, schema = 'public' } = target;
  const turn: Turn = { ...options, tenant: { tenantId, schema }, applied: [], current: null };
  try {
    await withDatabase(target, (database) => applyMissing(turn, database));
    return { state: 'migrated', tenantId, applied: turn.applied };
  } catch (error) {
    const cause = new TenantMigrationError(tenantId, turn.current, error);
    return { state: 'failed', tenantId, applied: turn.applied, error: cause };
  }
}

async function withDatabase(target: MigrationTarget, work: (database: SqlDatabase) => Promise<void>): Promise<void> {
  if ('database' in target) return work(target.database);
  const database = await target.open();
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

/** Migrations run in the order of the list; each is recorded in the transaction that applies it. */
async function applyMissing(turn: Turn, database: SqlDatabase): Promise<void> {
  const ledger = new MigrationLedger(turn.tenant.schema);
  const known = new Set(await inTransaction(database, settingsOf(turn, ''), (tx) => ledger.names(tx)));
  for (const migration of turn.migrations) {
    if (!known.has(migration.name)) await apply(turn, database, ledger, migration);
  }
}

async function apply(
  turn: Turn,
  database: SqlDatabase,
  ledger: MigrationLedger,
  migration: TenantMigration,
): Promise<void> {
  turn.current = migration.name;
  const settings = settingsOf(turn, migration.name);
  const done = await inTransaction(database, settings, (tx) => applyIn(tx, turn, ledger, migration));
  turn.current = null;
  if (!done) return;
  turn.applied.push(migration.name);
  turn.onProgress({ kind: 'migration', tenantId: turn.tenant.tenantId, migration: migration.name });
}

function settingsOf({ tenant, lockTimeoutMs, timeoutMs }: Turn, migration: string): TransactionSettings {
  return {
    search_path: quotedIdentifier(tenant.schema),
    lock_timeout: String(lockTimeoutMs),
    statement_timeout: String(timeoutMs),
    // A process that is frozen, not dead, would keep its locks: so the server ends a session that does nothing for twice the time.
    idle_in_transaction_session_timeout: String(Math.min(timeoutMs * 2, MAX_TIMEOUT_MS)),
    'tenantry.migration': migration,
  };
}

/** The connection may have served another tenant: what is left there (temporary tables, settings) is cleared where it can be. */
function inTransaction<R>(
  database: SqlDatabase,
  settings: TransactionSettings,
  fn: (tx: SqlSession) => Promise<R>,
): Promise<R> {
  if (database.within) return database.within(settings).transaction(fn);
  const { text, values } = settingStep(settings);
  return database.transaction(async (tx) => {
    await tx.query(text, values);
    return fn(tx);
  });
}

/** Applies one migration; `false` when another process has done it while this one waited. */
async function applyIn(
  tx: SqlSession,
  { tenant, clock, timeoutMs }: Turn,
  ledger: MigrationLedger,
  { name, up }: TenantMigration,
): Promise<boolean> {
  await ledger.take(tx);
  if (await ledger.has(tx, name)) return false;
  const work = typeof up === 'string' ? tx.query(up) : up(tx, tenant);
  await withinTime(clock, timeoutMs, 'it', Promise.resolve<unknown>(work));
  await assertSameTransaction(tx, name);
  await ledger.add(tx, name);
  return true;
}

async function assertSameTransaction(tx: SqlSession, name: string): Promise<void> {
  const { rows } = await tx.query<{ same: boolean }>(
    `select current_setting('tenantry.migration', true) is not distinct from $1 as same`,
    [name],
  );
  if (rows[0]?.same) return;
  throw new Error(
    'it ended its transaction, so a part of it may have stayed. Take begin, commit and rollback out of it.',
  );
}
