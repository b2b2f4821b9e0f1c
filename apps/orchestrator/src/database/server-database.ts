import { Logger } from '@nestjs/common';
import { MultitenancyError } from '@tenantry/core';
import { assertRowLevelSecurity, checkedDatabase, PG_POOL_TIMEOUTS, pgDatabase } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import pg from 'pg';
import { DatabaseStartError } from './database-start.error.js';
import type { ApplicationDatabase } from './application-database.js';
import { isOutage } from './outage.js';
import { TENANT_TABLES } from './schema.js';

const logger = new Logger('Database');

/** Connects to PostgreSQL. @param url carries a password: it is never printed */
export function connect(url: string, poolSize: number): SqlDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    application_name: 'orchestrator',
    ...PG_POOL_TIMEOUTS,
  });
  return pgDatabase(pool, { onIdleError: (error) => logger.warn(`An idle connection broke: ${error.message}`) });
}

/** What to do when PostgreSQL cannot be reached at the start: end, or continue and retry. */
export type WhenDown = 'fail' | 'wait';

/**
 * Connects to PostgreSQL, and insists on a role that row-level security binds. With `wait`, a server that is down fails what is
 * asked of it until it is back; nothing reaches it before it has shown that it keeps tenants apart.
 *
 * @throws `MT_ISOLATION_UNSAFE` for a superuser, a role with BYPASSRLS, an owner without FORCE, missing tables or policies;
 *   {@link DatabaseStartError} when the server refuses, and with `fail` when it cannot be reached
 */
export async function openServerDatabase(
  url: string,
  poolSize: number,
  whenDown: WhenDown,
): Promise<ApplicationDatabase> {
  const database = checkedDatabase(connect(url, poolSize), assertUsable);
  try {
    await database.query('select 1', []);
  } catch (error) {
    if (whenDown === 'fail' || !isOutage(error)) {
      await database.close();
      throw isReadable(error) ? error : unreachable(error);
    }
    logger.warn('PostgreSQL is down. This process answers 503 until it is back.');
  }
  return { database, role: undefined };
}

async function assertUsable(database: SqlDatabase): Promise<void> {
  const warnings = await assertRowLevelSecurity(database, { tables: TENANT_TABLES });
  for (const { problem, remedy } of warnings) logger.warn(`${problem} ${remedy}`);
  await assertCatalog(database);
}

function isReadable(error: unknown): boolean {
  return error instanceof MultitenancyError || error instanceof DatabaseStartError;
}

async function assertCatalog(database: SqlDatabase): Promise<void> {
  const { rows } = await database.query<{ usable: boolean }>(
    `select coalesce(has_table_privilege(to_regclass('tenantry.tenants'), 'select'), false) as usable`,
    [],
  );
  if (rows[0]?.usable) return;
  throw new DatabaseStartError(
    'The role of DATABASE_URL cannot read the tenant catalog. Set the database up with db:setup.',
  );
}

function unreachable(cause: unknown): DatabaseStartError {
  const code: unknown = Reflect.get(Object(cause), 'code');
  const reason = typeof code === 'string' ? ` (${code})` : '';
  return new DatabaseStartError(
    `PostgreSQL cannot be used${reason}. Check host, port, database, role and password of DATABASE_URL, that the server runs, and that db:setup has run.`,
    cause,
  );
}
