import { settingStep } from './setting-step.js';
import { runInTransaction } from './transaction-session.js';
import type { ScopedSql, SqlDatabase, SqlResult, SqlSession, TransactionSettings } from './sql-database.js';

/** A result of PGlite, as far as it is needed. */
export interface PgliteResult {
  readonly rows: unknown[];
  readonly rowCount?: number;
  readonly affectedRows?: number;
}

/** The part of PGlite that runs statements: the database itself, or a transaction of it. */
export interface PgliteSession {
  query(text: string, params?: unknown[]): Promise<PgliteResult>;
  exec(text: string): Promise<PgliteResult[]>;
}

/** The part of PGlite that is needed; a `PGlite` fits as it is. */
export interface Pglite extends PgliteSession {
  transaction<R>(fn: (tx: PgliteSession) => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

/** What others may have left. Not `unlisten *`: listeners of a PGlite share its only connection. */
const CLEAR = `close all; deallocate all; reset role; reset all; select pg_catalog.pg_advisory_unlock_all(); discard temp; discard sequences;`;

/**
 * Makes a PGlite a {@link SqlDatabase}.
 *
 * PGlite has one connection and one user, a superuser: give {@link TenantDatabase} a `role`, or row-level security does
 * not bind. Transactions run one after the other. The PGlite belongs to the database from here on: `close()` closes it.
 */
export function pgliteDatabase(pglite: Pglite): SqlDatabase {
  return new PgliteDatabase(pglite);
}

class PgliteDatabase implements SqlDatabase {
  readonly #pglite: Pglite;
  #closing: Promise<void> | undefined;
  #user: string | undefined;

  constructor(pglite: Pglite) {
    this.#pglite = pglite;
  }

  query<R>(text: string, params?: readonly unknown[]): Promise<SqlResult<R>> {
    return sessionOver(this.#pglite).query<R>(text, params);
  }

  transaction<R>(fn: (tx: SqlSession) => Promise<R>): Promise<R> {
    return this.#pglite.transaction((tx) => runInTransaction(sessionOver(tx), fn));
  }

  within(settings: TransactionSettings): ScopedSql {
    const { text, values } = settingStep(settings);
    const transaction = <R>(fn: (tx: SqlSession) => Promise<R>): Promise<R> =>
      this.transaction(async (tx) => {
        await tx.query(`set session authorization ${await this.#userOf(tx)}; ${CLEAR}`);
        await tx.query(text, values);
        return fn(tx);
      });
    return { transaction, query: (text, params = []) => transaction((tx) => tx.query(text, params)) };
  }

  /** Who the session belonged to before any tenant had it: on PGlite, RESET does not lead back to that. */
  async #userOf(tx: SqlSession): Promise<string> {
    const text = 'select pg_catalog.quote_ident(session_user) as name';
    this.#user ??= (await tx.query<{ name: string }>(text)).rows[0]?.name ?? 'default';
    return this.#user;
  }

  close(): Promise<void> {
    this.#closing ??= this.#pglite.close();
    return this.#closing;
  }
}

function sessionOver(pglite: PgliteSession): SqlSession {
  return {
    async query<R>(text: string, params?: readonly unknown[]): Promise<SqlResult<R>> {
      const result = await withoutValues(async () =>
        params === undefined ? (await pglite.exec(text)).at(-1) : pglite.query(text, [...params]),
      );
      const rows = (result?.rows ?? []) as R[];
      return { rows, rowCount: result?.rowCount ?? (rows.length || (result?.affectedRows ?? 0)) };
    },
  };
}

/** PGlite puts the statement and its values on an error, where a log would show them. */
async function withoutValues<R>(run: () => Promise<R>): Promise<R> {
  try {
    return await run();
  } catch (error) {
    for (const secret of ['query', 'params', 'queryOptions']) Reflect.deleteProperty(Object(error) as object, secret);
    throw error;
  }
}
