import type { MaybePromise } from '@tenantry/core/spi';

/** Where data may lie: a strategy and what it needs to know. No secret is in it. */
export interface PlacementTarget {
  /** The name that the application gave to a strategy in `placedIsolation`. */
  readonly strategy: string;
  /** Default: the strategy's own. */
  readonly host?: string;
  /** 1 to 65535. Default: the strategy's own. */
  readonly port?: number;
  /** Default: the strategy's own. */
  readonly database?: string;
}

/** What a table held of a tenant when it was copied. */
export interface TableSum {
  readonly table: string;
  readonly rows: number;
  /** Independent of the order of the rows. */
  readonly checksum: string;
}

/** A move that is under way. */
export type PlacementMove =
  /** The tenant is blocked; its data are being copied. */
  | { readonly step: 'shut'; readonly to: PlacementTarget }
  /** The tenant works at its new place; its rows at the old one are still there. */
  | {
      readonly step: 'switched';
      readonly from: PlacementTarget;
      readonly fromGeneration: number;
      readonly tables: readonly TableSum[];
    }
  /** Its rows at the old place are gone; what is left of that place is being removed. */
  | { readonly step: 'removed'; readonly from: PlacementTarget };

/** Where the data of one tenant lie. */
export interface TenantPlacement {
  readonly tenantId: string;
  readonly target: PlacementTarget;
  /** 1 and up; grows when the tenant is placed elsewhere. */
  readonly generation: number;
  readonly move: PlacementMove | null;
  /** Milliseconds since the last change, by the clock of the database. */
  readonly unchangedForMs: number;
}

/** Returns where the data of tenants are stored. */
export interface TenantPlacementReader {
  /**
   * @param tenantId as the catalog spells it
   * @returns `null` = it is on record nowhere
   * @throws when it cannot be asked; that is an outage and never `null`
   */
  find(tenantId: string): MaybePromise<TenantPlacement | null>;
}
