import { MultitenancyError } from '@tenantry/core';
import { onConnection } from '../../sql/pg-connection.js';
import type { PgConnection } from '../../sql/pg-connection.js';
import type { PgClient, PgPool } from '../../sql/pg-pool.js';
import type { ScopedSql, SqlResult, SqlSession } from '../../sql/sql-database.js';
import { runInTransaction } from '../../sql/transaction-session.js';
import { TenantDatabaseUnavailableError } from './strategy.errors.js';
import type { TenantConnectionSettings } from './tenant-connection.js';

/** Statements that leave nothing behind, as far as their text shows. After others the session is cleared. */
const PLAIN =
  /^\s*(?:select|insert|update|delete|merge|with|values|table)\b(?!.*(?:set_config|advisory_lock|\binto\s+temp))/is;

/** Table, schema, function or type: what the server answers where it finds a name nowhere. */
const NAME_NOT_FOUND: ReadonlySet<unknown> = new Set(['42P01', '3F000', '42883', '42704']);

/**
 * SQL on a pool that is one tenant's alone: each new connection is checked first, and none ever serves another tenant.
 *
 * @internal
 */
export class TenantPool implements ScopedSql {
  readonly #pool: PgPool;
  readonly #tenantId: string;
  readonly #verify: TenantConnectionSettings['verify'];
  readonly #checked = new WeakSet<PgClient>();

  /** @param pool belongs to this from here on */
  constructor(pool: PgPool, tenantId: string, verify: TenantConnectionSettings['verify']) {
    // Without a listener an idle connection that breaks ends the process; the pool replaces it by itself.
    pool.on('error', () => undefined);
    this.#pool = pool;
    this.#tenantId = tenantId;
    this.#verify = verify;
  }

  query<R>(text: string, params: readonly unknown[] = []): Promise<SqlResult<R>> {
    const isPlain = PLAIN.test(text);
    return onConnection(this, (connection) =>
      this.#cleared(
        connection,
        () => connection.query<R>(text, params),
        () => isPlain,
      ),
    );
  }

  transaction<R>(fn: (tx: SqlSession) => Promise<R>): Promise<R> {
    let isPlain = true;
    const transact = async (connection: PgConnection): Promise<R> => {
      await connection.query('begin');
      const watched: SqlSession = {
        query: (text, params) => {
          isPlain &&= PLAIN.test(text);
          return connection.query(text, params);
        },
      };
      const result = await runInTransaction(watched, fn);
      await connection.query('commit');
      return result;
    };
    return onConnection(this, (connection) =>
      this.#cleared(
        connection,
        () => transact(connection),
        () => isPlain,
      ),
    );
  }

  /** Connects and checks, if no connection is open yet. */
  async prove(): Promise<void> {
    (await this.connect()).release();
  }

  /** @throws `MT_DATABASE_UNAVAILABLE`, and as the check */
  async connect(): Promise<PgClient> {
    let client: PgClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw error instanceof MultitenancyError ? error : new TenantDatabaseUnavailableError(this.#tenantId, error);
    }
    if (!this.#checked.has(client)) await this.#check(client);
    return client;
  }

  end(): Promise<void> {
    return this.#pool.end();
  }

  async #check(client: PgClient): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) =>
        this.#verify(client, (error) => (error === undefined ? resolve() : reject(error))),
      );
      this.#checked.add(client);
    } catch (error) {
      client.release(error as Error);
      throw error instanceof MultitenancyError ? error : new TenantDatabaseUnavailableError(this.#tenantId, error);
    }
  }

  /** Where a name was not found, the tenant's schema may have gone since the connection was checked: it is checked again. */
  async #explained(connection: PgConnection, error: unknown): Promise<unknown> {
    if (!NAME_NOT_FOUND.has((error as { code?: unknown }).code)) return error;
    await connection.rollBack();
    return new Promise((resolve) =>
      this.#verify(connection.client, (mismatch) => resolve(mismatch instanceof MultitenancyError ? mismatch : error)),
    );
  }

  /**
   * Clears the session behind what was not plain, also when it failed, and has the connection checked again: clearing takes away
   * the limits that the check has set. A connection that cannot be cleared is ended.
   */
  async #cleared<R>(connection: PgConnection, run: () => Promise<R>, isPlain: () => boolean): Promise<R> {
    try {
      return await run();
    } catch (error) {
      throw await this.#explained(connection, error);
    } finally {
      if (!isPlain()) {
        await clear(connection);
        this.#checked.delete(connection.client);
      }
    }
  }
}

async function clear(connection: PgConnection): Promise<void> {
  await connection.rollBack();
  await connection.discard();
}
