import { onConnection, statementOf } from './pg-connection.js';
import { batchStep } from './pg-step.js';
import { settingStep } from './setting-step.js';
import { runInTransaction } from './transaction-session.js';
import type { PgConnection } from './pg-connection.js';
import type { BatchStep } from './pg-step.js';
import type { PgPool } from './pg-pool.js';
import type { ScopedSql, SqlResult, SqlSession, TransactionSettings } from './sql-database.js';

/** Commits at once and by itself, so it comes first; behind a pooler the rest of the message reaches the same server. */
const DISCARD = batchStep('discard all');
const BEGIN = batchStep('begin');
const COMMIT = batchStep('commit');

/**
 * Statements, by their first word, that can neither end a transaction from within (as CALL and DO can, and COMMIT is) nor refuse one.
 * For these the server makes one message one transaction, without BEGIN and COMMIT. What is not recognised goes the longer way.
 */
const CANNOT_COMMIT = /^\s*(?:select|insert|update|delete|merge|with|values|table)\b/i;

/**
 * {@link SqlDatabase.within} over a `pg` pool: one round trip for a `query`, two beside the statements for a `transaction`.
 *
 * @internal
 */
export class PgScope implements ScopedSql {
  readonly #pool: PgPool;
  readonly #settings: BatchStep;

  constructor(pool: PgPool, settings: TransactionSettings) {
    this.#pool = pool;
    const { text, values } = settingStep(settings);
    this.#settings = batchStep(text, values);
  }

  query<R>(text: string, params: readonly unknown[] = []): Promise<SqlResult<R>> {
    const statement = statementOf(text, params);
    return onConnection(this.#pool, (connection) =>
      connection.isBatching && CANNOT_COMMIT.test(text)
        ? connection.unit<R>({ before: [DISCARD, this.#settings], statement, after: [] })
        : connection.batch<R>({ before: [DISCARD, BEGIN, this.#settings], statement, after: [COMMIT] }),
    );
  }

  transaction<R>(fn: (tx: SqlSession) => Promise<R>): Promise<R> {
    return onConnection(this.#pool, async (connection) => {
      await this.#open(connection);
      const result = await runInTransaction(connection, fn);
      await connection.query('commit');
      return result;
    });
  }

  #open(connection: PgConnection): Promise<unknown> {
    const { text, values } = this.#settings;
    return connection.batch({ before: [DISCARD, BEGIN], statement: statementOf(text, values), after: [] });
  }
}
