/** What a statement answered. */
export interface SqlResult<R> {
  /** The rows, as the driver maps them. */
  readonly rows: R[];
  /** Rows returned, or rows changed where nothing is returned. */
  readonly rowCount: number;
}

/** Something that runs SQL: a database, or one open transaction of it. */
export interface SqlSession {
  /**
   * Runs SQL.
   *
   * With `params`, also an empty list, the text is exactly one statement and its `$1`, `$2`, ... are bound. Without,
   * it may hold several statements, and the result is the last one's.
   *
   * Types beyond text, boolean, integers up to 32 bits, double precision, timestamps, JSON and arrays of text are
   * mapped as the driver does; cast in SQL where the drivers disagree (`count(*)::int`).
   *
   * @typeParam R shape of a row; not checked
   */
  query<R = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<SqlResult<R>>;
}

/** Settings of one transaction, in order: `{ role: 'app', 'tenantry.tenant_id': 'foo' }`. */
export type TransactionSettings = Readonly<Record<string, string>>;

/** SQL of which each call is a transaction of its own. */
export interface ScopedSql extends SqlSession {
  /** Several statements in one transaction; see {@link SqlDatabase.transaction}. */
  transaction<R>(fn: (tx: SqlSession) => Promise<R>): Promise<R>;
}

/** A database: the one port through which this package reaches PostgreSQL. */
export interface SqlDatabase extends SqlSession {
  /**
   * Runs `fn` in one transaction: committed when `fn` resolves, rolled back when it rejects.
   *
   * The session is for `fn` alone: it refuses work once `fn` has settled. When a statement failed, its error was
   * swallowed and no savepoint undid it, nothing was committed and this rejects with that error.
   * Do not call other methods of this database inside `fn`: with a single connection they would wait indefinitely.
   *
   * @throws `MT_ISOLATION_UNSAFE` from the session, when it is used after `fn` has settled
   */
  transaction<R>(fn: (tx: SqlSession) => Promise<R>): Promise<R>;
  /**
   * The same database, each of whose calls is a transaction with these settings, on a session that was cleared first of what
   * others left there (settings, temporary tables, advisory locks, prepared statements). A text of `query` is one statement.
   *
   * Where it is absent, the settings are made within {@link transaction}, and nothing is cleared.
   */
  within?(settings: TransactionSettings): ScopedSql;
  /** Ends every connection. Idempotent; the database cannot be used afterwards. */
  close(): Promise<void>;
}
