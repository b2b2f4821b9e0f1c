import type { PgClient, PgResult, PgStatement } from './pg-pool.js';
import type { BatchStep } from './pg-step.js';

/** Statements that go to the server in one message, in order. After an error the rest is left out. */
export interface Batch {
  readonly before: readonly BatchStep[];
  /** The one whose result is the batch's. */
  readonly statement: PgStatement;
  readonly after: readonly BatchStep[];
}

type Done = (error: Error | null, result?: PgResult | PgResult[]) => void;

/** The driver's own face of the protocol, as far as it is needed. */
interface Protocol {
  sync(): void;
  readonly stream: { cork(): void; uncork(): void; write(messages: Uint8Array): unknown };
}

/** The driver's query: what the client drives, and what knows how values and rows are mapped. */
interface DriverQuery {
  submit(connection: Protocol): unknown;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Protocol): void;
  handleEmptyQuery(connection: Protocol): void;
}

type DriverQueryClass = new (statement: PgStatement, values: undefined, done: Done) => DriverQuery;
type BatchQueryClass = new (batch: Batch, done: Done) => DriverQuery;

/** The client takes queries that drive themselves, too. */
interface BatchClient {
  query(query: DriverQuery): unknown;
}

/** Each driver has its own class of queries. */
const batchQueries = new WeakMap<DriverQueryClass, BatchQueryClass>();

/**
 * Whether the client takes a batch: not the native one, nor one in the driver's pipeline mode, nor what only looks like a client.
 *
 * @internal
 */
export function takesBatches(client: PgClient): boolean {
  const { connection, pipeline } = client as { connection?: Partial<Protocol>; pipeline?: boolean };
  return typeof connection?.sync === 'function' && pipeline !== true && driverQueryOf(client) !== undefined;
}

/**
 * Sends a batch as one message with one Sync, so that all of it costs a single round trip.
 *
 * @param client one that {@link takesBatches}
 * @internal
 */
export function sendBatch(client: PgClient, batch: Batch): Promise<PgResult | PgResult[]> {
  const BatchQuery = batchQueryOf(driverQueryOf(client) as DriverQueryClass);
  return new Promise((resolve, reject) => {
    const query = new BatchQuery(batch, (error, result) =>
      error === null ? resolve(result as PgResult) : reject(error),
    );
    (client as unknown as BatchClient).query(query);
  });
}

function driverQueryOf(client: PgClient): DriverQueryClass | undefined {
  return (client.constructor as { Query?: DriverQueryClass }).Query;
}

function batchQueryOf(Query: DriverQueryClass): BatchQueryClass {
  const known = batchQueries.get(Query);
  if (known !== undefined) return known;
  const made = makeBatchQuery(Query);
  batchQueries.set(Query, made);
  return made;
}

/** The driver's query, which sees no more than the answers to its own statement. */
function makeBatchQuery(Query: DriverQueryClass): BatchQueryClass {
  return class BatchQuery extends Query {
    readonly #batch: Batch;
    #completed = 0;

    constructor(batch: Batch, done: Done) {
      super(batch.statement, undefined, done);
      this.#batch = batch;
    }

    override submit(connection: Protocol): unknown {
      return submitted(connection, this.#batch, (inBatch) => super.submit(inBatch));
    }

    override handleRowDescription(message: unknown): void {
      if (this.#isItsTurn) super.handleRowDescription(message);
    }

    override handleDataRow(message: unknown): void {
      if (this.#isItsTurn) super.handleDataRow(message);
    }

    override handleCommandComplete(message: unknown, connection: Protocol): void {
      if (this.#isItsTurn) super.handleCommandComplete(message, connection);
      this.#completed += 1;
    }

    override handleEmptyQuery(connection: Protocol): void {
      if (this.#isItsTurn) super.handleEmptyQuery(connection);
      this.#completed += 1;
    }

    get #isItsTurn(): boolean {
      return this.#completed === this.#batch.before.length;
    }
  };
}

/** What the driver's query says to its submission; the steps go out around its messages. */
function submitted(connection: Protocol, { before, after }: Batch, submit: (connection: Protocol) => unknown): unknown {
  connection.stream.cork();
  try {
    write(connection, before);
    return submit(after.length === 0 ? connection : withBeforeSync(connection, after));
  } finally {
    connection.stream.uncork();
  }
}

function write({ stream }: Protocol, steps: readonly BatchStep[]): void {
  steps.forEach(({ messages }) => stream.write(messages));
}

/** The same connection, but for a Sync that is preceded by more steps. */
function withBeforeSync(connection: Protocol, steps: readonly BatchStep[]): Protocol {
  const sync = (): void => {
    write(connection, steps);
    connection.sync();
  };
  return Object.create(connection, { sync: { value: sync } }) as Protocol;
}
