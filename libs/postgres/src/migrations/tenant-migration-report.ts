import type { TenantMigrationError } from './tenant-migration.error.js';

/** What became of one tenant. */
export type TenantMigrationOutcome =
  | {
      readonly state: 'migrated';
      readonly tenantId: string;
      /** Migrations that this run applied, in order; empty = there was nothing left to do. */
      readonly applied: readonly string[];
    }
  | {
      readonly state: 'failed';
      readonly tenantId: string;
      /** Migrations that this run applied before the one that failed; they stay. */
      readonly applied: readonly string[];
      /** Names the migration and has the database's error as `cause`. */
      readonly error: TenantMigrationError;
    }
  | {
      /** Another tenant failed before this one's turn. Nothing was done to it. */
      readonly state: 'notBegun';
      readonly tenantId: string;
    };

/** What became of every tenant. */
export interface TenantMigrationReport {
  /** In the order of the targets. */
  readonly outcomes: readonly TenantMigrationOutcome[];
}

/** Reported while migrations run. */
export type TenantMigrationProgress =
  | { readonly kind: 'migration'; readonly tenantId: string; readonly migration: string }
  | {
      readonly kind: 'tenant';
      readonly outcome: TenantMigrationOutcome;
      /** Tenants that had their turn, this one included. */
      readonly finished: number;
      /** Tenants in all. */
      readonly total: number;
    };
