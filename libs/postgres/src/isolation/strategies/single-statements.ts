import { ArgumentInvalidError } from '@tenantry/core';
import type { SqlSession } from '../../sql/sql-database.js';
import type { TenantSql } from './isolation-strategy.js';

/**
 * Statements that would end the tenant's transaction. `rollback to` a savepoint does not, nor does `prepare` with a name behind
 * it; with a comment between the words they do.
 */
const CONTROL =
  /(?:commit|end|abort|begin|start|prepare(?!\s+(?!transaction\b)["\w\u0080-\uffff])|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b))\b/iy;

/** What the server passes over in front of a statement, apart from comments that may hold others: blanks, `;`, comments to the end of a line. */
const PASSED_OVER = /(?:[\s;]|--[^\n\r]*)*/y;

const COMMENT_MARK = /\/\*|\*\//g;

/**
 * The same SQL with one statement to a text, so that none can smuggle in a `commit` that would end the tenant's transaction;
 * and none may be such a statement itself.
 *
 * @internal
 */
export function singleStatements(sql: TenantSql): TenantSql {
  return {
    query: singleStatementsOf(sql),
    transaction: <R>(fn: (tx: SqlSession) => Promise<R>) =>
      sql.transaction((tx) => fn({ query: singleStatementsOf(tx) })),
  };
}

function singleStatementsOf(session: SqlSession): SqlSession['query'] {
  return <R>(text: string, params: readonly unknown[] = []) => {
    const word = controlWordOf(text);
    if (word === undefined) return session.query<R>(text, params);
    const allowed = 'no statement that begins or ends a transaction: use transaction(), and throw to roll back';
    return Promise.reject(new ArgumentInvalidError('text', word, allowed));
  };
}

function controlWordOf(text: string): string | undefined {
  CONTROL.lastIndex = startOf(text);
  return CONTROL.exec(text)?.[0];
}

/** Where the first word of a text is. */
function startOf(text: string): number {
  let at = 0;
  for (;;) {
    PASSED_OVER.lastIndex = at;
    PASSED_OVER.test(text);
    at = PASSED_OVER.lastIndex;
    if (!text.startsWith('/*', at)) return at;
    at = endOfComment(text, at);
  }
}

/** Behind the comment that begins at `start`, and behind those within it. */
function endOfComment(text: string, start: number): number {
  COMMENT_MARK.lastIndex = start;
  let depth = 0;
  do {
    const mark = COMMENT_MARK.exec(text)?.[0];
    if (mark === undefined) return text.length;
    depth += mark === '/*' ? 1 : -1;
  } while (depth > 0);
  return COMMENT_MARK.lastIndex;
}
