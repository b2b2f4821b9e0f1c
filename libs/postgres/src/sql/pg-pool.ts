/** A result of `pg`, as far as it is needed. */
export interface PgResult {
  readonly rows: unknown[];
  readonly rowCount: number | null;
}

/** A statement for `pg`. */
export interface PgStatement {
  readonly text: string;
  readonly values?: unknown[];
  /** `extended` makes the server refuse more than one statement, also without values. */
  readonly queryMode?: 'extended';
}

/** The part of `pg.PoolClient` that is needed. */
export interface PgClient {
  query(statement: PgStatement): Promise<PgResult | PgResult[]>;
  /** Gives the connection back; with an error, ends it instead. */
  release(error?: Error): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

/** The part of `pg.Pool` that is needed; a `pg.Pool` fits as it is. */
export interface PgPool {
  query(statement: PgStatement): Promise<PgResult | PgResult[]>;
  connect(): Promise<PgClient>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  end(): Promise<void>;
}

/**
 * Options to spread into `new pg.Pool({ connectionString, ...PG_POOL_TIMEOUTS })`. By default the driver waits indefinitely,
 * for a connection and for an answer; a server that stops answering would hold every request.
 */
export const PG_POOL_TIMEOUTS = Object.freeze({
  /** Milliseconds to wait for a free or a new connection: 5,000. */
  connectionTimeoutMillis: 5_000,
  /** Milliseconds to wait for a statement's answer: 10,000. The connection is ended afterwards. */
  query_timeout: 10_000,
  /** Lets the operating system notice dead peers. */
  keepAlive: true,
});
