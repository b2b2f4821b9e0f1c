import type { SqlSession } from '../sql/sql-database.js';
import type { TenantSql } from './isolation-strategy.js';

/**
 * The same SQL with one statement to a text, so that none can smuggle in a `commit` that would end the tenant's transaction.
 *
 * @internal
 */
export function singleStatements(sql: TenantSql): TenantSql {
  return {
    ...singleStatementsOf(sql),
    transaction: <R>(fn: (tx: SqlSession) => Promise<R>) => sql.transaction((tx) => fn(singleStatementsOf(tx))),
  };
}

function singleStatementsOf(session: SqlSession): SqlSession {
  return { query: <R>(text: string, params: readonly unknown[] = []) => session.query<R>(text, params) };
}
