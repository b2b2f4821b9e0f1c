import { quotedIdentifier } from '../policies/quoted-identifier.js';
import type { SqlSession } from '../sql/sql-database.js';

const TABLE = 'tenantry_migrations';

/**
 * The table in a tenant's own schema that says which migrations it has.
 *
 * @internal
 */
export class MigrationLedger {
  readonly #schema: string;
  readonly #table: string;

  constructor(schema: string) {
    this.#schema = schema;
    this.#table = `${quotedIdentifier(schema)}.${TABLE}`;
  }

  /** Names of the migrations that were applied, in the order of their names. */
  async names(session: SqlSession): Promise<string[]> {
    // Not to_regclass(): it may answer from a cache that is older than a wait for the lock.
    const { rowCount } = await session.query(
      'select 1 from pg_catalog.pg_tables where schemaname = $1 and tablename = $2',
      [this.#schema, TABLE],
    );
    if (rowCount === 0) return [];
    const { rows } = await session.query<{ name: string }>(`select name from ${this.#table} order by name`, []);
    return rows.map(({ name }) => name);
  }

  /** Waits for the other processes that work on this schema, until the transaction ends; then makes the table where it is missing. */
  async take(tx: SqlSession): Promise<void> {
    await tx.query('select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))', [
      `tenantry.migrations:${this.#schema}`,
    ]);
    await this.#assertSchema(tx);
    await tx.query(
      `create table if not exists ${this.#table} (name text primary key, applied_at timestamptz not null default now())`,
      [],
    );
  }

  /** Whether a migration was applied. */
  async has(tx: SqlSession, name: string): Promise<boolean> {
    const { rowCount } = await tx.query(`select 1 from ${this.#table} where name = $1`, [name]);
    return rowCount > 0;
  }

  /** Notes a migration, in the transaction that applies it. */
  async add(tx: SqlSession, name: string): Promise<void> {
    await tx.query(`insert into ${this.#table} (name) values ($1)`, [name]);
  }

  async #assertSchema(tx: SqlSession): Promise<void> {
    const { rowCount } = await tx.query('select 1 from pg_catalog.pg_namespace where nspname = $1', [this.#schema]);
    if (rowCount === 0) throw new Error(`there is no schema "${this.#schema}". Create it before its migrations run.`);
  }
}
