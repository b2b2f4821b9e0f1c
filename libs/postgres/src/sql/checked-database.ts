import { systemClock } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import { numberArgument } from '@tenantry/core/spi';
import type { ScopedSql, SqlDatabase } from './sql-database.js';

/** What may be set for {@link checkedDatabase}. */
export interface CheckedDatabaseOptions {
  /** Milliseconds after a check that failed in which calls fail with its error and no check is made, 0 to 60,000. Default 1,000. */
  readonly retryMs?: number;
  /** For tests. */
  readonly clock?: Clock;
}

/**
 * A database that runs no statement before a check of it has passed: for an application that starts while its database is down.
 * The first call makes the check, concurrent calls wait for it, and once it has passed it costs nothing. A check that fails
 * fails the calls that wait for it; a later call makes it again.
 *
 * @param database belongs to the result, whose `close()` ends it
 * @param check such as `assertRowLevelSecurity`; it is given the database itself
 * @throws `MT_ARGUMENT_INVALID`
 */
export function checkedDatabase(
  database: SqlDatabase,
  check: (database: SqlDatabase) => Promise<void>,
  { retryMs = 1_000, clock = systemClock }: CheckedDatabaseOptions = {},
): SqlDatabase {
  numberArgument('retryMs', retryMs, { min: 0, max: 60_000, unit: 'milliseconds' });
  const gate = new Gate(() => check(database), retryMs, clock);
  const within = database.within?.bind(database);
  return {
    query: (text, params) => gate.pass(() => database.query(text, params)),
    transaction: (fn) => gate.pass(() => database.transaction(fn)),
    close: () => database.close(),
    ...(within === undefined ? {} : { within: (settings) => gated(gate, within(settings)) }),
  };
}

function gated(gate: Gate, scoped: ScopedSql): ScopedSql {
  return {
    query: (text, params) => gate.pass(() => scoped.query(text, params)),
    transaction: (fn) => gate.pass(() => scoped.transaction(fn)),
  };
}

class Gate {
  readonly #check: () => Promise<void>;
  readonly #retryMs: number;
  readonly #clock: Clock;
  #isOpen = false;
  #checking: Promise<void> | undefined;
  #failedAt = -Infinity;

  constructor(check: () => Promise<void>, retryMs: number, clock: Clock) {
    this.#check = check;
    this.#retryMs = retryMs;
    this.#clock = clock;
  }

  async pass<R>(use: () => Promise<R>): Promise<R> {
    if (!this.#isOpen) await this.#checked();
    return use();
  }

  /** A check that failed stays the answer for a while. */
  #checked(): Promise<void> {
    if (this.#checking === undefined || this.#clock.now() - this.#failedAt >= this.#retryMs) {
      this.#failedAt = Infinity;
      this.#checking = this.#attempt();
    }
    return this.#checking;
  }

  async #attempt(): Promise<void> {
    try {
      await this.#check();
      this.#isOpen = true;
    } catch (error) {
      this.#failedAt = this.#clock.now();
      throw error;
    }
  }
}
