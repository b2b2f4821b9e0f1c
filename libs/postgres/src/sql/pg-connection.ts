import type { PgClient, PgPool, PgResult, PgStatement } from './pg-pool.js';
import type { SqlResult, SqlSession } from './sql-database.js';

/**
 * One borrowed connection, which knows whether it may go back to the pool.
 *
 * @internal
 */
export class PgConnection implements SqlSession {
  readonly #client: PgClient;
  #doubt: Error | undefined;
  // The pool listens to idle clients only; a lent one without a listener would end the process.
  readonly #onError = (error: Error): void => {
    this.#doubt = error;
  };

  constructor(client: PgClient) {
    this.#client = client;
    client.on('error', this.#onError);
  }

  async query<R>(text: string, params?: readonly unknown[]): Promise<SqlResult<R>> {
    try {
      return await runStatement<R>(this.#client, text, params);
    } catch (error) {
      if (!isAnsweredByServer(error)) this.#doubt = toError(error);
      throw error;
    }
  }

  /** Rolls back where the connection is still to be trusted. Never throws. */
  async rollBack(): Promise<void> {
    if (this.#doubt !== undefined) return;
    try {
      await this.query('rollback');
    } catch (error) {
      this.#doubt = toError(error);
    }
  }

  /** Gives the connection back, or ends it when its state is in doubt. */
  release(): void {
    // On purpose the listener stays on a doubtful client: it may still emit while it is being ended.
    if (this.#doubt === undefined) this.#client.off('error', this.#onError);
    this.#client.release(this.#doubt);
  }
}

/**
 * Runs a statement on a pool or a client.
 *
 * @internal
 */
export async function runStatement<R>(
  target: Pick<PgPool, 'query'>,
  text: string,
  params?: readonly unknown[],
): Promise<SqlResult<R>> {
  const answer = await target.query(statement(text, params));
  const last: PgResult | undefined = Array.isArray(answer) ? answer.at(-1) : answer;
  return { rows: (last?.rows ?? []) as R[], rowCount: last?.rowCount ?? 0 };
}

function statement(text: string, params: readonly unknown[] | undefined): PgStatement {
  return params === undefined ? { text } : { text, values: [...params], queryMode: 'extended' };
}

/** An error that the server reported leaves the protocol in step; a timeout or a broken socket does not. */
function isAnsweredByServer(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && typeof error.severity === 'string';
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error('The connection failed.', { cause: error });
}
