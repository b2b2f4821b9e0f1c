import { ArgumentInvalidError } from '@tenantry/core';
import type { SqlSession } from '../sql/sql-database.js';
import type { TenantSql } from './isolation-strategy.js';

/** Statements that would end the tenant's transaction, behind blanks and comments. `rollback to` a savepoint does not. */
const CONTROL =
  /^(?:\s|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*(commit|end|abort|begin|start\s+transaction|prepare\s+transaction|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b))\b/i;

/**
 * The same SQL with one statement to a text, so that none can smuggle in a `commit` that would end the tenant's transaction;
 * and none may be such a statement itself.
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
  return {
    query: async <R>(text: string, params: readonly unknown[] = []) => {
      assertNoControl(text);
      return session.query<R>(text, params);
    },
  };
}

function assertNoControl(text: string): void {
  const word = CONTROL.exec(text)?.[1];
  if (word === undefined) return;
  const allowed = 'no statement that begins or ends a transaction: use transaction(), and throw to roll back';
  throw new ArgumentInvalidError('text', word, allowed);
}
