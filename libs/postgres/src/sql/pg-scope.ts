import { onConnection, statementOf } from './pg-connection.js';
import { settingStep } from './setting-step.js';
import { runInTransaction } from './transaction-session.js';
import type { BatchStep } from './pg-batch.js';
import type { PgPool } from './pg-pool.js';
import type { ScopedSql, SqlResult, SqlSession, TransactionSettings } from './sql-database.js';

/** DISCARD ALL runs outside of transactions only, so it comes before BEGIN; behind a pooler both reach the same server. */
const OPEN: readonly BatchStep[] = [{ text: 'discard all' }, { text: 'begin' }];
const COMMIT: BatchStep = { text: 'commit' };

/**
 * {@link SqlDatabase.within} over a `pg` pool: one round trip for a `query`, two beside the statements for a `transaction`.
 *
 * @internal
 */
export class PgScope implements ScopedSql {
  readonly #pool: PgPool;
  readonly #settings: ReturnType<typeof settingStep>;

  constructor(pool: PgPool, settings: TransactionSettings) {
    this.#pool = pool;
    this.#settings = settingStep(settings);
  }

  query<R>(text: string, params: readonly unknown[] = []): Promise<SqlResult<R>> {
    const batch = { before: [...OPEN, this.#settings], statement: statementOf(text, params), after: [COMMIT] };
    return onConnection(this.#pool, (connection) => connection.batch<R>(batch));
  }

  transaction<R>(fn: (tx: SqlSession) => Promise<R>): Promise<R> {
    return onConnection(this.#pool, async (connection) => {
      const { text, values } = this.#settings;
      await connection.batch({ before: OPEN, statement: statementOf(text, values), after: [] });
      const result = await runInTransaction(connection, fn);
      await connection.query('commit');
      return result;
    });
  }
}
