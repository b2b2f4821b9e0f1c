import type { PgClient, PgResult, PgStatement } from './pg-pool.js';

/** A statement of a batch whose result nobody reads. */
export interface BatchStep {
  readonly text: string;
  readonly values?: readonly string[];
}

/** Statements that go to the server in one message, in order. After an error the rest is left out. */
export interface Batch {
  readonly before: readonly BatchStep[];
  /** The one whose result is the batch's. */
  readonly statement: PgStatement;
  readonly after: readonly BatchStep[];
}

type Done = (error: Error | null, result?: PgResult | PgResult[]) => void;

interface Bind {
  readonly portal: string;
  readonly statement: string;
  readonly values: readonly string[];
  valueMapper(value: unknown): unknown;
}

/** The driver's own face of the protocol, as far as it is needed. */
interface Protocol {
  parse(message: { readonly text: string; readonly name: string }): void;
  bind(message: Bind): void;
  execute(message: { readonly portal: string }): void;
  sync(): void;
  readonly stream: { cork(): void; uncork(): void };
}

/** The driver's query: what the client drives, and what knows how values and rows are mapped. */
interface DriverQuery {
  readonly _result: unknown;
  submit(connection: Protocol): unknown;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Protocol): void;
  handleEmptyQuery(connection: Protocol): void;
  handleError(error: Error, connection: Protocol): void;
  handleReadyForQuery(connection: Protocol): void;
  handlePortalSuspended(connection: Protocol): void;
  handleCopyInResponse(connection: Protocol): void;
  handleCopyData(message: unknown, connection: Protocol): void;
}

/** The client takes queries that drive themselves, too. */
interface BatchClient {
  query(query: BatchQuery): unknown;
}

type DriverQueryClass = new (statement: PgStatement, values: undefined, done: Done) => DriverQuery;

/**
 * The driver's class of queries where the client takes a batch; `undefined` for the native client, for one in the driver's
 * pipeline mode and for what only looks like a client.
 *
 * @internal
 */
export function batchClass(client: PgClient): DriverQueryClass | undefined {
  const { connection, pipeline } = client as { connection?: Partial<Protocol>; pipeline?: boolean };
  const { Query } = client.constructor as { Query?: DriverQueryClass };
  return typeof connection?.parse === 'function' && pipeline !== true ? Query : undefined;
}

/**
 * Sends a batch as one message with one Sync, so that all of it costs a single round trip.
 *
 * @internal
 */
export function sendBatch(client: PgClient, Query: DriverQueryClass, batch: Batch): Promise<PgResult | PgResult[]> {
  return new Promise((resolve, reject) => {
    const query = new BatchQuery(Query, batch, (error, result) =>
      error === null ? resolve(result as PgResult) : reject(error),
    );
    (client as unknown as BatchClient).query(query);
  });
}

/** What the client takes for a query of its own. Messages of the statement go to the driver's query, others to nobody. */
class BatchQuery {
  /** The client puts its own in front of it when it minds a timeout. */
  callback: Done;
  readonly #batch: Batch;
  readonly #inner: DriverQuery;
  #completed = 0;

  constructor(Query: DriverQueryClass, batch: Batch, done: Done) {
    this.callback = done;
    this.#batch = batch;
    this.#inner = new Query(batch.statement, undefined, (error, result) => this.callback(error, result));
  }

  /** Where the client puts its own parsers of types. */
  get _result(): unknown {
    return this.#inner._result;
  }

  submit(connection: Protocol): unknown {
    connection.stream.cork();
    try {
      this.#batch.before.forEach((step) => write(connection, step));
      return this.#inner.submit(this.#withRestBeforeSync(connection));
    } finally {
      connection.stream.uncork();
    }
  }

  handleRowDescription(message: unknown): void {
    if (this.#isItsTurn) this.#inner.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    if (this.#isItsTurn) this.#inner.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, connection: Protocol): void {
    if (this.#isItsTurn) this.#inner.handleCommandComplete(message, connection);
    this.#completed += 1;
  }

  handleEmptyQuery(connection: Protocol): void {
    if (this.#isItsTurn) this.#inner.handleEmptyQuery(connection);
    this.#completed += 1;
  }

  handleError(error: Error, connection: Protocol): void {
    this.#inner.handleError(error, connection);
  }

  handleReadyForQuery(connection: Protocol): void {
    this.#inner.handleReadyForQuery(connection);
  }

  handlePortalSuspended(connection: Protocol): void {
    this.#inner.handlePortalSuspended(connection);
  }

  handleCopyInResponse(connection: Protocol): void {
    this.#inner.handleCopyInResponse(connection);
  }

  handleCopyData(message: unknown, connection: Protocol): void {
    this.#inner.handleCopyData(message, connection);
  }

  get #isItsTurn(): boolean {
    return this.#completed === this.#batch.before.length;
  }

  /** The same connection, but for a Sync that is preceded by the rest of the batch. */
  #withRestBeforeSync(connection: Protocol): Protocol {
    const sync = (): void => {
      this.#batch.after.forEach((step) => write(connection, step));
      connection.sync();
    };
    return Object.create(connection, { sync: { value: sync } }) as Protocol;
  }
}

function write(connection: Protocol, { text, values = [] }: BatchStep): void {
  connection.parse({ text, name: '' });
  connection.bind({ portal: '', statement: '', values, valueMapper: (value) => value });
  connection.execute({ portal: '' });
}
