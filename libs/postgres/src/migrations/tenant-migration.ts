import type { SqlDatabase, SqlSession } from '../sql/sql-database.js';

/** Where a migration runs. */
export interface MigratedTenant {
  /** Whose turn it is. */
  readonly tenantId: string;
  /** The schema that is alone on the search path. */
  readonly schema: string;
}

/** One step of the schema that every tenant has of its own. */
export interface TenantMigration {
  /** Its name in the ledger, never to be changed. The order is that of the list, not of the names. */
  readonly name: string;
  /**
   * The change: SQL of any number of statements, or a function that makes it. It runs in a transaction that is committed
   * together with the entry in the ledger, so it holds no `begin`, `commit` or `rollback`, and nothing that PostgreSQL
   * refuses in a transaction (`create index concurrently`). Names without a schema mean the tenant's own.
   */
  readonly up: string | ((tx: SqlSession, tenant: MigratedTenant) => Promise<void>);
}

interface TargetNames {
  /** The tenant, as reports name it. */
  readonly tenantId: string;
  /** The tenant's schema, which must exist. It holds the ledger too. Default: `public`. */
  readonly schema?: string;
}

/**
 * A tenant with a schema or a database of its own, connected as the owner of what is in it: either a database that several
 * tenants share and that is left open, or how to open the tenant's own, which is closed again after its turn.
 */
export type MigrationTarget =
  | (TargetNames & { readonly database: SqlDatabase })
  | (TargetNames & { readonly open: () => SqlDatabase | Promise<SqlDatabase> });
