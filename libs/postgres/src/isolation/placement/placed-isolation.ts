import { OptionsInvalidError, tenantId as checkedTenantId } from '@tenantry/core';
import { numberOption } from '@tenantry/core/spi';
import type { IsolationStrategy, TenantSql } from '../strategies/isolation-strategy.js';
import { PlacementInvalidError, PlacementMissingError, TenantMovingError } from '../strategies/strategy.errors.js';
import type { TenantConnections, TenantConnectionSettings } from '../strategies/tenant-connection.js';
import { placedConnections } from './placed-connections.js';
import { isSameTarget } from './postgres-placements.js';
import type { PlacementTarget, TenantPlacement, TenantPlacementReader } from './tenant-placement.js';

/** What {@link placedIsolation} takes. */
export interface PlacedIsolationOptions {
  /** Asked at each call: give it a `CachedPlacements`. */
  readonly placements: TenantPlacementReader;
  /** Strategies by the names that placements use. At least one. */
  readonly strategies: Readonly<Record<string, IsolationStrategy>>;
  /** Where tenants are that are on record nowhere. Default: they are refused. */
  readonly fallback?: PlacementTarget;
  /**
   * Milliseconds after which pools that are made of `connectionOf` replace a connection. Above 0; default 5,000. A move has to wait for
   * longer than this, plus the cache time of the placements, plus the longest transaction.
   */
  readonly connectionLifetimeMs?: number;
}

/** Options of {@link PlacedIsolation.connectionOf}. */
export interface PlacedConnectionOptions {
  /**
   * Called once, when the tenant turns out to be blocked for a move, or to be elsewhere: evict the client, whose pool connects nowhere
   * any more. What it throws is ignored.
   */
  readonly onMoved?: () => unknown;
}

type Located = Pick<TenantPlacement, 'target' | 'generation'>;

/**
 * A strategy that picks another one for each tenant, by where its data lie: small tenants together, large ones by themselves.
 *
 * A tenant that is being moved is blocked for the time of the switch. It owns the strategies: `close()` closes them.
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
  readonly #connectionLifetimeMs: number;
  /** Where tenants are that are on record nowhere. */
  readonly fallback: PlacementTarget | undefined;

  /** @throws `MT_OPTIONS_INVALID` */
  constructor({ placements, strategies, fallback, connectionLifetimeMs = 5_000 }: PlacedIsolationOptions) {
    this.#placements = placements;
    this.#strategies = new Map(Object.entries(strategies));
    this.fallback = fallback;
    const lifetime = { min: 0, exclusive: true, unit: 'milliseconds' };
    this.#connectionLifetimeMs = numberOption('connectionLifetimeMs', connectionLifetimeMs, lifetime);
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
  at(tenantId: string, target: PlacementTarget, generation: number): TenantSql {
    const { strategy: name, ...place } = target;
    return this.#strategy(tenantId, name).forTenant(tenantId, { ...place, generation });
  }

  /**
   * Settings of connections to where the tenant is now, for a pool of `pg`: pass all of them on. The pool replaces its connections every
   * `connectionLifetimeMs`, and each new one is refused unless the tenant is still there: so a move blocks an ORM, too.
   *
   * @param tenant its id as the catalog spells it, or a record with one
   * @throws `MT_TENANT_MOVING`, `MT_PLACEMENT_MISSING`; `MT_PLACEMENT_INVALID` also where its strategy has no connections of one tenant;
   *   what the placements and the strategy throw
   */
  async connectionOf(
    tenant: string | { readonly id: string },
    { onMoved }: PlacedConnectionOptions = {},
  ): Promise<TenantConnectionSettings> {
    const tenantId = checkedTenantId(typeof tenant === 'string' ? tenant : tenant.id);
    const { target, generation } = await this.#locate(tenantId);
    const { strategy: name, ...place } = target;
    const strategy = this.#strategy(tenantId, name);
    if (!hasConnections(strategy)) {
      const what = `strategy "${name}" has no connections of one tenant`;
      throw new PlacementInvalidError(tenantId, what, 'Place it with one that has, such as boundPool.');
    }
    const settings = await strategy.connectionOf(tenantId, { ...place, generation });
    const assertThere = (): Promise<void> => this.#assertAt(tenantId, target);
    return placedConnections(settings, { assertThere, lifetimeMs: this.#connectionLifetimeMs, onMoved });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#strategies.values()].map((strategy) => strategy.close()));
  }

  #strategy(tenantId: string, name: string): IsolationStrategy {
    const strategy = this.#strategies.get(name);
    if (strategy !== undefined) return strategy;
    const names = [...this.#strategies.keys()].join(', ');
    throw new PlacementInvalidError(tenantId, `there is no strategy "${name}"`, `Configured are: ${names}.`);
  }

  async #find(tenantId: string): Promise<TenantSql> {
    const { target, generation } = await this.#locate(tenantId);
    return this.at(tenantId, target, generation);
  }

  async #locate(tenantId: string): Promise<Located> {
    const placement = await this.#placements.find(tenantId);
    if (placement === null && this.fallback !== undefined) return { target: this.fallback, generation: 0 };
    if (placement === null) throw new PlacementMissingError(tenantId);
    if (placement.move?.step === 'shut') throw new TenantMovingError(tenantId);
    return placement;
  }

  async #assertAt(tenantId: string, target: PlacementTarget): Promise<void> {
    const now = await this.#locate(tenantId);
    if (!isSameTarget(now.target, target)) throw new TenantMovingError(tenantId);
  }
}

function hasConnections(strategy: IsolationStrategy): strategy is IsolationStrategy & TenantConnections {
  return 'connectionOf' in strategy && typeof strategy.connectionOf === 'function';
}
