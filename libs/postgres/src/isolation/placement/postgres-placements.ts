import { OptionsInvalidError, tenantId as checkedTenantId } from '@tenantry/core';
import { catalogError } from '@tenantry/core/spi';
import { ONE_TENANT_EACH } from '../../catalog/placed-databases.js';
import { keyOf } from '../../catalog/tenant-row.js';
import type { SqlDatabase } from '../../sql/sql-database.js';
import { PlacementTakenError } from '../strategies/strategy.errors.js';
import { MoveRefusedError } from './move.errors.js';
import type { PlacementMove, PlacementTarget, TenantPlacement, TenantPlacementReader } from './tenant-placement.js';

interface PlacementRow {
  readonly tenantId: string;
  readonly strategy: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly database: string | null;
  readonly generation: number;
  readonly move: PlacementMove | null;
  readonly unchangedForMs: number;
}

/** The state that a change of a placement starts from, and the one that it leads to. */
export interface PlacementChange {
  readonly from: TenantPlacement;
  readonly target: PlacementTarget;
  readonly generation: number;
  readonly move: PlacementMove | null;
}

const DEFAULT_PORT = 5432;

const COLUMNS = `tenant_id as "tenantId", strategy, host, port, database, generation, move,
  (extract(epoch from clock_timestamp() - changed_at) * 1000)::double precision as "unchangedForMs"`;

const FIND = `select ${COLUMNS} from tenantry.placements where tenant_key = $1`;
const PLACE = `insert into tenantry.placements (tenant_key, tenant_id, strategy, host, port, database, generation)
  values ($1, $2, $3, $4, $5, $6, 1) on conflict (tenant_key) do nothing`;
const DELETE = 'delete from tenantry.placements where tenant_key = $1 and move is null';
const CHANGE = `update tenantry.placements
  set strategy = $2, host = $3, port = $4, database = $5, generation = $6, move = $7::json, changed_at = clock_timestamp()
  where tenant_key = $1 and generation = $8 and move ->> 'step' is not distinct from $9 returning ${COLUMNS}`;

/**
 * Placements in the schema `tenantry`, beside the catalog of `PostgresTenantCatalog`. Run `migrateCatalog` first.
 *
 * Every change is one statement. The database belongs to the caller, who closes it. All methods throw `MT_CATALOG_UNAVAILABLE`
 * when it cannot be asked.
 */
export class PostgresPlacements implements TenantPlacementReader {
  readonly #database: SqlDatabase;

  /** @param database connected as a role with the rights of `grantCatalogSql` */
  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async find(tenantId: string): Promise<TenantPlacement | null> {
    return (await this.#rows(FIND, [keyOf(checkedTenantId(tenantId))]))[0] ?? null;
  }

  /**
   * Records where the data of a tenant lie that was placed nowhere. Called again with the same target, it does nothing. A database
   * that the target names is the tenant's alone.
   *
   * @throws `MT_MOVE_REFUSED` when it is placed elsewhere: that takes a move; `MT_PLACEMENT_INVALID` when another tenant has the
   *   database; `MT_TENANT_IDENTIFIER_INVALID`, `MT_OPTIONS_INVALID`
   */
  async place(tenantId: string, target: PlacementTarget): Promise<TenantPlacement> {
    const key = keyOf(checkedTenantId(tenantId));
    await this.#record(tenantId, PLACE, [key, tenantId, ...targetValues(target)]);
    const placed = (await this.find(tenantId)) as TenantPlacement;
    if (!isSameTarget(placed.target, target) || placed.move !== null) {
      throw new MoveRefusedError(tenantId, 'it is placed elsewhere, or being moved. Use TenantMover');
    }
    return placed;
  }

  /** Deletes the placement of a tenant; for tenants that are deleted. @returns whether there was one; not while it is being moved */
  async forget(tenantId: string): Promise<boolean> {
    return available(async () => (await this.#database.query(DELETE, [keyOf(checkedTenantId(tenantId))])).rowCount > 0);
  }

  /**
   * Takes a placement from the state that was read to the next one.
   *
   * @returns `null` when it has been changed since
   * @throws `MT_PLACEMENT_INVALID` when another tenant has the database
   * @internal
   */
  async change({ from, target, generation, move }: PlacementChange): Promise<TenantPlacement | null> {
    const json = move === null ? null : JSON.stringify(move);
    const values = [keyOf(from.tenantId), ...targetValues(target), generation, json];
    return (
      (await this.#record(from.tenantId, CHANGE, [...values, from.generation, from.move?.step ?? null]))[0] ?? null
    );
  }

  async #record(tenantId: string, text: string, params: readonly unknown[]): Promise<TenantPlacement[]> {
    try {
      return await this.#rows(text, params);
    } catch (error) {
      throw takenError(tenantId, error) ?? error;
    }
  }

  #rows(text: string, params: readonly unknown[]): Promise<TenantPlacement[]> {
    return available(async () => (await this.#database.query<PlacementRow>(text, params)).rows.map(placementOf));
  }
}

/** Whether two targets are one place, however they are spelled. @internal */
export function isSameTarget(one: PlacementTarget, other: PlacementTarget): boolean {
  return JSON.stringify(placeNameOf(one)) === JSON.stringify(placeNameOf(other));
}

function placeNameOf(target: PlacementTarget): unknown[] {
  const [strategy, host, port, database] = targetValues(target);
  if (typeof host !== 'string') return [strategy, host, port, database];
  return [strategy, host.replace(/\.+$/, ''), port ?? DEFAULT_PORT, database];
}

function targetValues({ strategy, host, port, database }: PlacementTarget): unknown[] {
  if (typeof strategy !== 'string' || strategy === '') {
    throw new OptionsInvalidError('target.strategy', strategy, 'the name of a strategy');
  }
  return [strategy, host?.toLowerCase() ?? null, port ?? null, database ?? null];
}

function placementOf({ tenantId, strategy, host, port, database, ...rest }: PlacementRow): TenantPlacement {
  const target: PlacementTarget = {
    strategy,
    ...(host === null ? {} : { host }),
    ...(port === null ? {} : { port }),
    ...(database === null ? {} : { database }),
  };
  return { tenantId, target, ...rest };
}

function takenError(tenantId: string, error: unknown): PlacementTakenError | null {
  const { code, constraint, detail } = ((error as Error).cause ?? {}) as Readonly<Record<string, string | undefined>>;
  if (code !== '23505' || constraint !== ONE_TENANT_EACH) return null;
  return new PlacementTakenError(tenantId, detail === '' ? undefined : detail);
}

async function available<R>(ask: () => Promise<R>): Promise<R> {
  try {
    return await ask();
  } catch (error) {
    throw catalogError(error);
  }
}
