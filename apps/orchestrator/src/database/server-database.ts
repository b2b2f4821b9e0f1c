import { Logger } from '@nestjs/common';
import { MultitenancyError } from '@tenantry/core';
import { assertRowLevelSecurity, PG_POOL_TIMEOUTS, pgDatabase } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import pg from 'pg';
import { DatabaseStartError } from './database-start.error.js';
import type { OpenedDatabase } from './opened-database.js';
import { TENANT_TABLES } from './schema.js';

/** Connects to PostgreSQL. @param url carries a password: it is never printed */
export function connect(url: string, poolSize: number): SqlDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    application_name: 'orchestrator',
    ...PG_POOL_TIMEOUTS,
  });
  const logger = new Logger('Database');
  return pgDatabase(pool, { onIdleError: (error) => logger.warn(`An idle connection broke: ${error.message}`) });
}

/**
 * Connects to PostgreSQL, and insists on a role that row-level security binds.
 *
 * @throws `MT_ISOLATION_UNSAFE` for a superuser, a role with BYPASSRLS, an owner without FORCE, missing tables or policies;
 *   {@link DatabaseStartError} when the server cannot be reached or refuses
 */
export async function openServerDatabase(url: string, poolSize: number): Promise<OpenedDatabase> {
  const database = connect(url, poolSize);
  try {
    await assertRowLevelSecurity(database, { tables: TENANT_TABLES });
    await assertCatalog(database);
    return { database, role: undefined };
  } catch (error) {
    await database.close();
    throw error instanceof MultitenancyError || error instanceof DatabaseStartError ? error : unreachable(error);
  }
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
