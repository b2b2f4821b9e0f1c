import { onConnection, runStatement } from './pg-connection.js';
import { PgScope } from './pg-scope.js';
import { runInTransaction } from './transaction-session.js';
import type { PgPool } from './pg-pool.js';
import type { ScopedSql, SqlDatabase, SqlResult, SqlSession, TransactionSettings } from './sql-database.js';

/** What may be set for {@link pgDatabase}. */
export interface PgDatabaseOptions {
  /** Called when an idle connection breaks (the pool replaces it by itself). For a log; must not throw. Default: none. */
  readonly onIdleError?: (error: Error) => void;
}

/**
 * Makes a `pg` pool a {@link SqlDatabase}.
 *
 * The pool belongs to the database from here on: `close()` ends it. A listener for `error` is added, because without one
 * an idle connection that breaks ends the process. A connection whose state is uncertain (timeout, broken socket, failed
 * rollback) is ended and never goes back to the pool.
 *
 * @param pool a `pg.Pool`, with {@link PG_POOL_TIMEOUTS} or timeouts of your own
 */
export function pgDatabase(pool: PgPool, options: PgDatabaseOptions = {}): SqlDatabase {
  pool.on('error', (error) => options.onIdleError?.(error));
  return new PgDatabase(pool);
}

class PgDatabase implements SqlDatabase {
  readonly #pool: PgPool;
  #closing: Promise<void> | undefined;

  constructor(pool: PgPool) {
    this.#pool = pool;
  }

  query<R>(text: string, params?: readonly unknown[]): Promise<SqlResult<R>> {
    return runStatement<R>(this.#pool, text, params);
  }

  transaction<R>(fn: (tx: SqlSession) => Promise<R>): Promise<R> {
    return onConnection(this.#pool, async (connection) => {
      await connection.query('begin');
      const result = await runInTransaction(connection, fn);
      await connection.query('commit');
      return result;
    });
  }

  within(settings: TransactionSettings): ScopedSql {
    return new PgScope(this.#pool, settings);
  }

  close(): Promise<void> {
    this.#closing ??= this.#pool.end();
    return this.#closing;
  }
}
