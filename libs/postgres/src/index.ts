export { grantCatalogSql } from './catalog/grant-catalog-sql.js';
export type { CatalogAccess } from './catalog/grant-catalog-sql.js';
export { migrateCatalog } from './catalog/migrate-catalog.js';
export type { CatalogMigrationOptions, CatalogMigrationReport } from './catalog/migrate-catalog.js';
export { PostgresTenantCatalog } from './catalog/postgres-tenant-catalog.js';
export { assertRowLevelSecurity, attestRowLevelSecurity } from './isolation/attest-row-level-security.js';
export type { AttestOptions } from './isolation/attest-row-level-security.js';
export type { IsolationFinding, IsolationFindingKind } from './isolation/isolation-finding.js';
export { IsolationUnsafeError } from './isolation/isolation-unsafe.error.js';
export { TenantDatabase } from './isolation/tenant-database.js';
export type { TenantDatabaseOptions, TenantSource, TenantSql } from './isolation/tenant-database.js';
export { tenantTableSql } from './isolation/tenant-table-sql.js';
export { PostgresTenantLifecycleStore } from './lifecycle/postgres-tenant-lifecycle-store.js';
export { readSqlMigrations } from './migrations/read-sql-migrations.js';
export { TenantMigrationError, TenantMigrationsFailedError } from './migrations/tenant-migration.errors.js';
export type {
  TenantMigrationOutcome,
  TenantMigrationProgress,
  TenantMigrationReport,
} from './migrations/tenant-migration-report.js';
export type { MigratedTenant, MigrationTarget, TenantMigration } from './migrations/tenant-migration.js';
export { TenantMigrations } from './migrations/tenant-migrations.js';
export type { TenantMigrationsOptions } from './migrations/tenant-migrations-options.js';
export { pruneChanges } from './nodes/change-log.js';
export type { TenantChange } from './nodes/change-log.js';
export { pgChangeListener, pgliteChangeListener } from './nodes/change-listener.js';
export type {
  ChangeListener,
  ChangeListenerEvents,
  ChangeSubscription,
  PgListenClient,
  PgliteListen,
} from './nodes/change-listener.js';
export { drainedOnAllNodes } from './nodes/drained-on-all-nodes.js';
export type { DrainedOnAllNodesOptions } from './nodes/drained-on-all-nodes.js';
export { TenantNodesModule } from './nodes/tenant-nodes.module.js';
export type { TenantNodesAsyncOptions, TenantNodesOptions } from './nodes/tenant-nodes-options.js';
export { TenantChangeFeed } from './nodes/tenant-change-feed.js';
export type { TenantChangeFeedOptions, TenantChangeFeedStats } from './nodes/tenant-change-feed.js';
export { pgDatabase } from './sql/pg-database.js';
export type { PgDatabaseOptions } from './sql/pg-database.js';
export { PG_POOL_TIMEOUTS } from './sql/pg-pool.js';
export type { PgClient, PgPool, PgResult, PgStatement } from './sql/pg-pool.js';
export { pgliteDatabase } from './sql/pglite-database.js';
export type { Pglite, PgliteResult, PgliteSession } from './sql/pglite-database.js';
export type { SqlDatabase, SqlResult, SqlSession } from './sql/sql-database.js';
export { TransactionClosedError } from './sql/transaction-closed.error.js';
