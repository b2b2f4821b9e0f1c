import { setTimeout as delay } from 'node:timers/promises';
import { OptionsInvalidError } from '@tenantry/core';
import { numberOption } from '@tenantry/core/spi';
import { MoveMismatchError, MoveRefusedError } from '../placement/move.errors.js';
import { isSameTarget } from '../placement/postgres-placements.js';
import type { PostgresPlacements } from '../placement/postgres-placements.js';
import type { PlacedIsolation } from '../placement/placed-isolation.js';
import type { PlacementMove, PlacementTarget, TableSum, TenantPlacement } from '../placement/tenant-placement.js';
import { PlacementMissingError } from '../strategies/strategy.errors.js';
import type { TenantSql } from '../strategies/isolation-strategy.js';
import { parsedTable } from '../../sql/sql-identifier.js';
import { differenceOf, PlaceCopy } from './place-copy.js';

/** What a {@link TenantMover} works with. */
export interface TenantMoverOptions {
  /** The placements themselves, not a cache of them. */
  readonly placements: PostgresPlacements;
  /** What the application reads and writes through. */
  readonly isolation: PlacedIsolation;
  /** Every table with rows of tenants, by the name that both places know, parents before children. At least one. */
  readonly tables: readonly string[];
  /**
   * Milliseconds from blocking the tenant to the copy: longer than any node caches placements plus the longest transaction.
   * 0 and up. Default 15,000.
   */
  readonly settleMs?: number;
  /** Makes the target ready: database, schema, role, tables. Called again after a crash. Default: it is ready. */
  readonly prepare?: (tenantId: string, target: PlacementTarget) => Promise<void>;
  /**
   * Removes what is left of the old place once its rows are gone: schema, database, role. Called again after a crash; not called
   * where both places are the same tables. Default: it stays.
   */
  readonly dismantle?: (tenantId: string, source: PlacementTarget) => Promise<void>;
  /** Waits so many milliseconds; for tests. Default: really. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/**
 * Moves the data of a tenant from one place to another, and nothing of any other tenant: both places are used as the tenant.
 *
 * The tenant is blocked (`MT_TENANT_MOVING`) from the beginning until the switch. Where a move stops, by a crash or an error,
 * {@link move} or {@link resume} continues it; nothing is lost at any point. Several processes may run it; they take turns. Where both places are
 * the same tables (row-level security and a bound pool, another name of the server), nothing is copied or removed.
 */
export class TenantMover {
  readonly #options: TenantMoverOptions;
  readonly #settleMs: number;

  /** @throws `MT_OPTIONS_INVALID`, `MT_ARGUMENT_INVALID` for a malformed table */
  constructor(options: TenantMoverOptions) {
    const { tables, settleMs = 15_000 } = options;
    if (tables.length === 0) throw new OptionsInvalidError('tables', tables, 'at least one table');
    numberOption('settleMs', settleMs, { min: 0, unit: 'milliseconds' });
    tables.forEach(parsedTable);
    this.#options = options;
    this.#settleMs = settleMs;
  }

  /**
   * Moves a tenant, or continues a move to the same target.
   *
   * @returns the placement when all is done; the old rows are removed by then
   * @throws `MT_MOVE_REFUSED`, `MT_MOVE_MISMATCH`, `MT_PLACEMENT_MISSING`, `MT_PLACEMENT_INVALID`, `MT_CATALOG_UNAVAILABLE`, what
   *   the strategies, `prepare` and `dismantle` throw
   */
  async move(tenantId: string, to: PlacementTarget): Promise<TenantPlacement> {
    const placement = await this.#recorded(tenantId);
    if (placement.move !== null) return this.#continue(this.#assertTo(placement, to));
    if (isSameTarget(placement.target, to)) return placement;
    this.#sqlAt(placement, to, placement.generation + 1);
    return this.#continue(await this.#change(placement, placement.target, { step: 'shut', to }));
  }

  /** Continues a move that stopped. Where none is under way, it does nothing. @throws as {@link move} */
  async resume(tenantId: string): Promise<TenantPlacement> {
    return this.#continue(await this.#recorded(tenantId));
  }

  /**
   * Gives up a move that has not switched yet: the tenant works where it was, and what was copied is removed.
   *
   * @throws `MT_MOVE_REFUSED` after the switch; move it back then. Otherwise as {@link move}
   */
  async cancel(tenantId: string): Promise<TenantPlacement> {
    const placement = await this.#recorded(tenantId);
    const { move, generation, target } = placement;
    if (move === null) return placement;
    if (move.step !== 'shut')
      throw new MoveRefusedError(tenantId, 'it works at its new place already; resume, then move it back');
    const copy = this.#copyOf(tenantId);
    const works = this.#sqlAt(placement, target, generation);
    const copied = this.#sqlAt(placement, move.to, generation + 1);
    await copy.remove(copied, works, await copy.sums(works), () => this.#assertStill(placement));
    return this.#change(placement, target, null);
  }

  async #continue(placement: TenantPlacement): Promise<TenantPlacement> {
    if (placement.move === null) return placement;
    if (placement.move.step === 'switched') return this.#remove(placement, placement.move);
    if (placement.move.step === 'removed') return this.#dismantle(placement, placement.move.from);
    await this.#options.prepare?.(placement.tenantId, placement.move.to);
    await this.#settled(placement);
    const tables = await this.#copied(placement, placement.move.to);
    return this.#continue(await this.#switch(placement, placement.move.to, tables));
  }

  /** Waits until every node has seen that the tenant is blocked, and what began before that has ended. */
  async #settled({ unchangedForMs }: TenantPlacement): Promise<void> {
    const { wait = delay } = this.#options;
    if (unchangedForMs < this.#settleMs) await wait(this.#settleMs - unchangedForMs);
  }

  async #copied(placement: TenantPlacement, to: PlacementTarget): Promise<TableSum[]> {
    const { tenantId, target, generation } = placement;
    const [from, into] = [this.#sqlAt(placement, target, generation), this.#sqlAt(placement, to, generation + 1)];
    const copy = this.#copyOf(tenantId);
    await copy.copy(from, into, () => this.#assertStill(placement));
    const [wanted, found] = [await copy.sums(from), await copy.sums(into)];
    const differing = differenceOf(wanted, found);
    if (differing.length === 0) return wanted;
    throw new MoveMismatchError(
      tenantId,
      differing,
      'The tenant stays blocked. Cancel the move, check settleMs, and repeat it.',
    );
  }

  #switch(placement: TenantPlacement, to: PlacementTarget, tables: readonly TableSum[]): Promise<TenantPlacement> {
    const { target: from, generation: fromGeneration } = placement;
    return this.#change(placement, to, { step: 'switched', from, fromGeneration, tables }, fromGeneration + 1);
  }

  async #remove(
    placement: TenantPlacement,
    { from, fromGeneration, tables }: PlacementMove & { step: 'switched' },
  ): Promise<TenantPlacement> {
    const { tenantId, target, generation } = placement;
    const [old, works] = [this.#sqlAt(placement, from, fromGeneration), this.#sqlAt(placement, target, generation)];
    const areTwo = await this.#copyOf(tenantId).remove(old, works, tables, () => this.#assertStill(placement));
    return this.#continue(await this.#change(placement, target, areTwo ? { step: 'removed', from } : null));
  }

  async #dismantle(placement: TenantPlacement, from: PlacementTarget): Promise<TenantPlacement> {
    await this.#options.dismantle?.(placement.tenantId, from);
    return this.#change(placement, placement.target, null);
  }

  async #recorded(tenantId: string): Promise<TenantPlacement> {
    const { placements, isolation } = this.#options;
    const placement = await placements.find(tenantId);
    if (placement !== null) return placement;
    if (isolation.fallback === undefined) throw new PlacementMissingError(tenantId);
    return placements.place(tenantId, isolation.fallback);
  }

  async #assertStill({ tenantId, generation, move }: TenantPlacement): Promise<void> {
    const now = await this.#options.placements.find(tenantId);
    if (now?.generation === generation && now.move?.step === move?.step) return;
    throw new MoveRefusedError(tenantId, 'another process has continued it; ask for the placement');
  }

  async #change(
    from: TenantPlacement,
    target: PlacementTarget,
    move: PlacementMove | null,
    generation = from.generation,
  ): Promise<TenantPlacement> {
    const changed = await this.#options.placements.change({ from, target, generation, move });
    if (changed !== null) return changed;
    throw new MoveRefusedError(from.tenantId, 'another process has continued it; ask for the placement');
  }

  #assertTo(placement: TenantPlacement, to: PlacementTarget): TenantPlacement {
    const { move, target, tenantId } = placement;
    const under = move?.step === 'shut' ? move.to : target;
    if (isSameTarget(under, to)) return placement;
    throw new MoveRefusedError(tenantId, 'a move to another target is under way; resume or cancel that first');
  }

  #copyOf(tenantId: string): PlaceCopy {
    return new PlaceCopy(tenantId, this.#options.tables);
  }

  #sqlAt({ tenantId }: TenantPlacement, target: PlacementTarget, generation: number): TenantSql {
    return this.#options.isolation.at(tenantId, target, generation);
  }
}
