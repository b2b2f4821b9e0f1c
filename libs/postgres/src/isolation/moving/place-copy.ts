import type { SqlSession } from '../../sql/sql-database.js';
import { MoveMismatchError, MoveRefusedError } from '../placement/move.errors.js';
import type { TableSum } from '../placement/tenant-placement.js';
import type { TenantSql } from '../strategies/isolation-strategy.js';
import { copyRows, deleteRows, idOfTable, lockRows, readTenantTable, sumOf, useSameText } from './tenant-table.js';
import type { TenantTable } from './tenant-table.js';

/** Two processes that move one tenant take turns by this lock, at the place that they write to. */
const LOCK = `select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('tenantry move ' || $1, 0))`;

/** Whether that lock is free in this database. */
const IS_FREE = `select pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended('tenantry move ' || $1, 0)) as free`;

/** The tables of one tenant, parents before children. */
export class PlaceCopy {
  readonly #tenantId: string;
  readonly #tables: readonly string[];

  constructor(tenantId: string, tables: readonly string[]) {
    this.#tenantId = tenantId;
    this.#tables = tables;
  }

  /** What the tables hold at a place. */
  async sums(place: TenantSql): Promise<TableSum[]> {
    return place.transaction(async (tx) => this.#sums(tx, await this.#read(tx)));
  }

  /**
   * Copies all rows in one transaction of the target; does nothing where they are there already, or the places are one.
   *
   * @param stillWanted asked once the lock is held; throws where it is not
   * @throws `MT_MOVE_REFUSED` when other rows are there, or tables differ in their columns
   */
  async copy(from: TenantSql, to: TenantSql, stillWanted: () => Promise<void>): Promise<void> {
    await to.transaction(async (into) => {
      await into.query(LOCK, [this.#tenantId]);
      await stillWanted();
      await from.transaction(async (source) => {
        if (!(await this.#isOnePlace(into, source))) await this.#copyTables(source, into);
      });
    });
  }

  /**
   * Deletes the rows at a place in one transaction, if their checksums match; also if they are gone already. Where it is
   * the place to keep under another name, nothing is deleted.
   *
   * @returns whether the places are two
   * @throws `MT_MOVE_MISMATCH`, and then nothing is deleted
   */
  async remove(
    place: TenantSql,
    keep: TenantSql,
    expected: readonly TableSum[],
    stillWanted: () => Promise<void>,
  ): Promise<boolean> {
    return place.transaction(async (tx) => {
      await tx.query(LOCK, [this.#tenantId]);
      await stillWanted();
      if (await keep.transaction((kept) => this.#isOnePlace(tx, kept))) return false;
      await this.#deleteTables(tx, expected);
      return true;
    });
  }

  async #deleteTables(tx: SqlSession, expected: readonly TableSum[]): Promise<void> {
    const tables = await this.#read(tx);
    for (const table of tables) await lockRows(tx, table);
    const sums = await this.#sums(tx, tables);
    if (isEmpty(sums)) return;
    const differing = differenceOf(expected, sums);
    if (differing.length === 0) differing.push(...(await deleteAll(tx, tables, sums)));
    if (differing.length > 0) throw new MoveMismatchError(this.#tenantId, differing, LATE_WRITES);
  }

  /** Whether both are the same tables: two strategies may share them, and a server may have two names. @param locked has the lock */
  async #isOnePlace(locked: SqlSession, other: SqlSession): Promise<boolean> {
    const { rows } = await other.query<{ free: boolean }>(IS_FREE, [this.#tenantId]);
    if (rows[0]?.free === true) return false;
    const [here, there] = [await this.#idsOf(locked), await this.#idsOf(other)];
    const shared = this.#tables.filter((_table, at) => here[at] !== null && here[at] === there[at]);
    if (shared.length > 0 && shared.length < this.#tables.length) {
      const why = `its two places have some tables in common and not all of them: ${shared.join(', ')}`;
      throw new MoveRefusedError(this.#tenantId, why);
    }
    return shared.length > 0;
  }

  async #idsOf(tx: SqlSession): Promise<(string | null)[]> {
    const ids: (string | null)[] = [];
    for (const table of this.#tables) ids.push(await idOfTable(tx, table));
    return ids;
  }

  async #copyTables(source: SqlSession, into: SqlSession): Promise<void> {
    const [here, there] = [await this.#read(source), await this.#read(into)];
    here.forEach((table, at) => this.#assertAlike(table, there[at] as TenantTable));
    const present = await this.#sums(into, there);
    if (!isEmpty(present)) return this.#assertCopied(await this.#sums(source, here), present);
    for (const [at, table] of here.entries()) {
      await copyRows(source, into, table, there[at] as TenantTable, this.#tenantId);
    }
  }

  #assertCopied(wanted: readonly TableSum[], present: readonly TableSum[]): void {
    const differing = differenceOf(wanted, present);
    if (differing.length === 0) return;
    throw new MoveRefusedError(
      this.#tenantId,
      `there are rows of it at the target already, and not the same: ${differing.join(', ')}`,
    );
  }

  async #read(tx: SqlSession): Promise<TenantTable[]> {
    await useSameText(tx);
    const tables: TenantTable[] = [];
    for (const name of this.#tables) {
      const table = await readTenantTable(tx, name);
      if (table === null)
        throw new MoveRefusedError(
          this.#tenantId,
          `there is no table ${name} at one of the places; run the migrations there`,
        );
      tables.push(table);
    }
    return tables;
  }

  async #sums(tx: SqlSession, tables: readonly TenantTable[]): Promise<TableSum[]> {
    const sums: TableSum[] = [];
    for (const table of tables) sums.push(await sumOf(tx, table));
    return sums;
  }

  #assertAlike(here: TenantTable, there: TenantTable): void {
    if (JSON.stringify(here.columns) === JSON.stringify(there.columns)) return;
    throw new MoveRefusedError(
      this.#tenantId,
      `table ${here.name} has other columns, or types, at the target; run the migrations there`,
    );
  }
}

const LATE_WRITES =
  'Rows were written at the old place after the tenant was blocked, or at the new one. Nothing was removed: bring those rows over, then resume.';

/** Names of the tables that differ. @internal */
export function differenceOf(wanted: readonly TableSum[], found: readonly TableSum[]): string[] {
  const byName = new Map(found.map((sum) => [sum.table, sum]));
  return wanted
    .filter(({ table, rows, checksum }) => byName.get(table)?.rows !== rows || byName.get(table)?.checksum !== checksum)
    .map(({ table }) => table);
}

function isEmpty(sums: readonly TableSum[]): boolean {
  return sums.every(({ rows }) => rows === 0);
}

/** Deletes children before parents. @returns tables of which another number was deleted than was summed */
async function deleteAll(tx: SqlSession, tables: readonly TenantTable[], sums: readonly TableSum[]): Promise<string[]> {
  const differing: string[] = [];
  for (const table of [...tables].reverse()) {
    const deleted = await deleteRows(tx, table);
    if (deleted !== sums.find((sum) => sum.table === table.name)?.rows) differing.push(table.name);
  }
  return differing;
}
