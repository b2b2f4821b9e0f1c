import { TransactionClosedError } from './transaction-closed.error.js';
import type { SqlResult, SqlSession } from './sql-database.js';

interface Failure {
  readonly error: unknown;
}

/**
 * Runs `fn` on a session that works until `fn` settles, and waits for every statement that `fn` started.
 *
 * @param session inside an open transaction; the caller commits when this resolves and rolls back when it rejects
 * @internal
 */
export async function runInTransaction<R>(session: SqlSession, fn: (tx: SqlSession) => Promise<R>): Promise<R> {
  const guarded = new TransactionSession(session);
  try {
    const result = await fn(guarded);
    await guarded.close();
    await guarded.assertNotAborted();
    return result;
  } finally {
    await guarded.close();
  }
}

class TransactionSession implements SqlSession {
  readonly #session: SqlSession;
  readonly #running = new Set<Promise<unknown>>();
  #failure: Failure | undefined;
  #closed = false;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async query<R>(text: string, params?: readonly unknown[]): Promise<SqlResult<R>> {
    if (this.#closed) throw new TransactionClosedError();
    const statement = this.#session.query<R>(text, params);
    this.#running.add(statement);
    try {
      return await statement;
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    } finally {
      this.#running.delete(statement);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
  }

  // PostgreSQL answers COMMIT in an aborted transaction with a silent rollback, so ask before.
  async assertNotAborted(): Promise<void> {
    if (this.#failure === undefined) return;
    try {
      await this.#session.query('select 1', []);
    } catch {
      throw this.#failure.error;
    }
  }
}
