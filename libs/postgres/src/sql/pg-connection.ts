import { sendBatch, takesBatches } from './pg-batch.js';
import type { Batch } from './pg-batch.js';
import type { PgClient, PgPool, PgResult, PgStatement } from './pg-pool.js';
import type { SqlResult, SqlSession } from './sql-database.js';

/**
 * Answers of a server that ends the connection, or finds it in a transaction that was left open before: nothing is rolled
 * back behind a unit, so the connection is not given back.
 */
const LOST: ReadonlySet<unknown> = new Set([
  '57P01',
  '57P02',
  '57P03',
  '57P04',
  '57P05',
  '25P03',
  '25P04',
  '25001',
  '25P02',
]);

/**
 * One borrowed connection, which knows whether it may go back to the pool.
 *
 * @internal
 */
export class PgConnection implements SqlSession {
  readonly #client: PgClient;
  #failure: Error | undefined;
  #isOver = false;
  // The pool listens to idle clients only; a client in use without a listener would end the process.
  readonly #onError = (error: Error): void => {
    this.#failure = error;
  };

  constructor(client: PgClient) {
    this.#client = client;
    client.on('error', this.#onError);
  }

  async query<R>(text: string, params?: readonly unknown[]): Promise<SqlResult<R>> {
    try {
      return await runStatement<R>(this.#client, text, params);
    } catch (error) {
      throw this.#noted(error);
    }
  }

  /** What was borrowed. */
  get client(): PgClient {
    return this.#client;
  }

  /** Whether a batch is one message, and so can be one transaction without BEGIN and COMMIT. */
  get isBatching(): boolean {
    return takesBatches(this.#client);
  }

  /** Runs a batch, in one round trip where the driver can. After an error its transaction, if it began one, is still to be rolled back. */
  async batch<R>(batch: Batch): Promise<SqlResult<R>> {
    try {
      return resultOf<R>(await (this.isBatching ? sendBatch(this.#client, batch) : this.#oneByOne(batch)));
    } catch (error) {
      throw this.#noted(error);
    }
  }

  /** Runs a batch that is a transaction because it is one message: over when it is answered, either way. Only where {@link isBatching}. */
  async unit<R>(batch: Batch): Promise<SqlResult<R>> {
    this.#isOver = true;
    try {
      return await this.batch<R>(batch);
    } catch (error) {
      if (LOST.has((error as { code?: unknown }).code)) this.#failure ??= toError(error);
      throw error;
    }
  }

  /** Rolls back where there is something to, and the connection is still to be trusted. Never throws. */
  async rollBack(): Promise<void> {
    if (this.#isOver || this.#failure !== undefined) return;
    try {
      await this.query('rollback');
    } catch (error) {
      this.#failure = toError(error);
    }
  }

  /** Clears what statements left on the session, where the connection is still to be trusted. Outside of transactions. Never throws. */
  async discard(): Promise<void> {
    if (this.#failure !== undefined) return;
    try {
      await this.query('discard all');
    } catch (error) {
      this.#failure = toError(error);
    }
  }

  /** Gives the connection back, or ends it when its state is uncertain. */
  release(): void {
    // On purpose the listener stays on a client that is ended: it may still emit.
    if (this.#failure === undefined) this.#client.off('error', this.#onError);
    this.#client.release(this.#failure);
  }

  #noted(error: unknown): unknown {
    if (!isAnsweredByServer(error)) this.#failure = toError(error);
    return error;
  }

  async #oneByOne({ before, statement, after }: Batch): Promise<PgResult | PgResult[]> {
    for (const { text, values } of before) await runStatement(this.#client, text, values);
    const result = await this.#client.query(statement);
    for (const { text, values } of after) await runStatement(this.#client, text, values);
    return result;
  }
}

/**
 * Borrows a connection for some work, rolls back when that fails, and gives the connection back or ends it.
 *
 * @internal
 */
export async function onConnection<R>(
  pool: Pick<PgPool, 'connect'>,
  work: (connection: PgConnection) => Promise<R>,
): Promise<R> {
  const connection = new PgConnection(await pool.connect());
  try {
    return await work(connection);
  } catch (error) {
    await connection.rollBack();
    throw error;
  } finally {
    connection.release();
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
  return resultOf(await target.query(statementOf(text, params)));
}

function resultOf<R>(answer: PgResult | PgResult[]): SqlResult<R> {
  const last: PgResult | undefined = Array.isArray(answer) ? answer.at(-1) : answer;
  return { rows: (last?.rows ?? []) as R[], rowCount: last?.rowCount ?? 0 };
}

/**
 * A statement as the driver takes it.
 *
 * @internal
 */
export function statementOf(text: string, params: readonly unknown[] | undefined): PgStatement {
  return params === undefined ? { text } : { text, values: [...params], queryMode: 'extended' };
}

/** An error that the server reported leaves the protocol in step; a timeout or a broken socket does not. */
function isAnsweredByServer(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && typeof error.severity === 'string';
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error('The connection failed.', { cause: error });
}
