import type { SqlSession } from '@tenantry/postgres';
import type { BadThing } from './bad-things.js';
import type { Bench } from './benches.js';

/** What is another tenant's. */
export const SECRET = 'secret of acme';

/** Rows of two tenants in `project`; attacks work for `beta`. */
export const ROWS = `insert into project values ('acme', 1, '${SECRET}'), ('beta', 1, 'of beta');`;

/** Something wrong with a database, and what the application's role gets hold of by it. */
export interface Attack extends BadThing {
  /** Works as the application, for `beta`. What it returns, or the error that it meets, is the result. */
  readonly attack: (tx: SqlSession, bench: Bench) => Promise<unknown>;
  /** What the result has in it when the attack succeeds. Default {@link SECRET}. */
  readonly loot?: string;
  /** Whether it needs a server: PGlite has neither programs nor a second session. */
  readonly server?: boolean;
}

/** Runs statements, and returns the rows of the last. */
export const rowsOf =
  (...statements: readonly string[]): Attack['attack'] =>
  async (tx) => {
    let rows: unknown;
    for (const statement of statements) ({ rows } = await tx.query(statement));
    return rows;
  };
