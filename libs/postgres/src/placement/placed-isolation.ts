import { OptionsInvalidError, tenantId as checkedTenantId } from '@tenantry/core';
import type { IsolationStrategy, TenantSql } from '../strategies/isolation-strategy.js';
import { PlacementInvalidError, PlacementMissingError, TenantMovingError } from '../strategies/strategy.errors.js';
import type { PlacementTarget, TenantPlacement, TenantPlacementReader } from './tenant-placement.js';

/** What {@link placedIsolation} takes. */
export interface PlacedIsolationOptions {
  /** Asked at each call: give it a `CachedPlacements`. */
  readonly placements: TenantPlacementReader;
  /** Strategies by the names that placements use. At least one. */
  readonly strategies: Readonly<Record<string, IsolationStrategy>>;
  /** Where tenants are that are on record nowhere. Default: they are refused. */
  readonly fallback?: PlacementTarget;
}

/**
 * A strategy that picks another one for each tenant, by where its data lie: small tenants together, large ones by themselves.
 *
 * A tenant that is being moved is shut out for the time of the switch. It owns the strategies: `close()` closes them.
 *
 * @throws `MT_OPTIONS_INVALID`; from calls `MT_PLACEMENT_MISSING`, `MT_PLACEMENT_INVALID`, `MT_TENANT_MOVING`, what the
 *   placements throw, and what the strategy throws
 */
export function placedIsolation(options: PlacedIsolationOptions): PlacedIsolation {
  return new PlacedIsolation(options);
}

/** See {@link placedIsolation}. */
export class PlacedIsolation implements IsolationStrategy {
  readonly kind = 'placed';
  readonly #placements: TenantPlacementReader;
  readonly #strategies: ReadonlyMap<string, IsolationStrategy>;
  /** Where tenants are that are on record nowhere. */
  readonly fallback: PlacementTarget | undefined;

  /** @throws `MT_OPTIONS_INVALID` */
  constructor({ placements, strategies, fallback }: PlacedIsolationOptions) {
    this.#placements = placements;
    this.#strategies = new Map(Object.entries(strategies));
    this.fallback = fallback;
    const names = [...this.#strategies.keys()];
    if (names.length === 0) throw new OptionsInvalidError('strategies', strategies, 'at least one strategy');
    if (fallback !== undefined && !this.#strategies.has(fallback.strategy)) {
      throw new OptionsInvalidError('fallback.strategy', fallback.strategy, `one of ${names.join(', ')}`);
    }
  }

  forTenant(tenantId: string): TenantSql {
    checkedTenantId(tenantId);
    return {
      query: async (text, params) => (await this.#find(tenantId)).query(text, params),
      transaction: async (fn) => (await this.#find(tenantId)).transaction(fn),
    };
  }

  /**
   * SQL in the data of a tenant at a place of the caller's choice, whether or not it is on record there, and also while it moves.
   *
   * @throws `MT_PLACEMENT_INVALID` for a strategy that is not configured; `MT_TENANT_IDENTIFIER_INVALID`
   */
  at(tenantId: string, { strategy: name, ...place }: PlacementTarget, generation: number): TenantSql {
    const strategy = this.#strategies.get(name);
    if (strategy === undefined) {
      const names = [...this.#strategies.keys()].join(', ');
      throw new PlacementInvalidError(tenantId, `there is no strategy "${name}"`, `Configured are: ${names}.`);
    }
    return strategy.forTenant(tenantId, { ...place, generation });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#strategies.values()].map((strategy) => strategy.close()));
  }

  async #find(tenantId: string): Promise<TenantSql> {
    const placement = await this.#placements.find(tenantId);
    if (placement === null && this.fallback !== undefined) return this.at(tenantId, this.fallback, 0);
    if (placement === null) throw new PlacementMissingError(tenantId);
    if (isShut(placement)) throw new TenantMovingError(tenantId);
    return this.at(tenantId, placement.target, placement.generation);
  }
}

function isShut({ move }: TenantPlacement): boolean {
  return move?.step === 'shut';
}
