export { grantCatalogSql } from './catalog/grant-catalog-sql.js';
export type { CatalogAccess } from './catalog/grant-catalog-sql.js';
export { migrateCatalog } from './catalog/migrate-catalog.js';
export type { CatalogMigrationOptions, CatalogMigrationReport } from './catalog/migrate-catalog.js';
export { PostgresTenantCatalog } from './catalog/postgres-tenant-catalog.js';
export { assertRowLevelSecurity, attestRowLevelSecurity } from './attestation/attest-row-level-security.js';
export type { AttestOptions, AcceptedPolicy } from './attestation/attest-row-level-security.js';
export type { IsolationFinding, IsolationFindingKind, IsolationSeverity } from './attestation/isolation-finding.js';
export { IsolationUnsafeError } from './attestation/isolation-unsafe.error.js';
export { TenantDatabase } from './isolation/tenant-database.js';
export type { TenantDatabaseOptions, TenantSource } from './isolation/tenant-database.js';
export { PostgresTenantLifecycleStore } from './lifecycle/postgres-tenant-lifecycle-store.js';
export { pruneOperations } from './lifecycle/prune-operations.js';
export { readSqlMigrations } from './migrations/read-sql-migrations.js';
export { TenantMigrationError } from './migrations/tenant-migration.error.js';
export { TenantMigrationsFailedError } from './migrations/tenant-migrations-failed.error.js';
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
export { PoliciesRefusedError } from './policies/policies-refused.error.js';
export { tenantPoliciesSql } from './policies/tenant-policies-sql.js';
export type { TenantPoliciesOptions } from './policies/tenant-policies-sql.js';
export { tenantTableSql } from './policies/tenant-table-sql.js';
export { checkedDatabase } from './sql/checked-database.js';
export type { CheckedDatabaseOptions } from './sql/checked-database.js';
export { pgDatabase } from './sql/pg-database.js';
export type { PgDatabaseOptions } from './sql/pg-database.js';
export { PG_POOL_TIMEOUTS } from './sql/pg-pool.js';
export type { PgClient, PgPool, PgResult, PgStatement } from './sql/pg-pool.js';
export { pgliteDatabase } from './sql/pglite-database.js';
export type { Pglite, PgliteResult, PgliteSession } from './sql/pglite-database.js';
export type { ScopedSql, SqlDatabase, SqlResult, SqlSession, TransactionSettings } from './sql/sql-database.js';
export { TransactionClosedError } from './sql/transaction-closed.error.js';
export type { IsolationStrategy, TenantSql } from './strategies/isolation-strategy.js';
export { rowLevelSecurity } from './strategies/row-level-security.js';
export type { RowLevelSecurityOptions } from './strategies/row-level-security.js';
export type { TenantPlace } from './strategies/tenant-place.js';
export { boundPool } from './strategies/bound-pool.js';
export type { BoundPoolOptions } from './strategies/bound-pool.js';
export {
  BOUND_ROLE_PREFIX,
  boundRoleName,
  boundRoleSql,
  boundTableSql,
  dropBoundRoleSql,
} from './strategies/bound-role.js';
export type { BoundRole, NewBoundRole } from './strategies/bound-role.js';
export { databasePerTenant } from './strategies/database-per-tenant.js';
export type { DatabasePerTenantOptions } from './strategies/database-per-tenant.js';
export type { PooledStrategy, PooledStrategyOptions } from './strategies/pooled-strategy.js';
export { schemaPerTenant } from './strategies/schema-per-tenant.js';
export type { SchemaPerTenantOptions } from './strategies/schema-per-tenant.js';
export {
  ConnectionUnsafeError,
  PlacementInvalidError,
  PlacementMissingError,
  PlacementTakenError,
  TenantDatabaseUnavailableError,
  TenantMovingError,
  TenantSchemaMissingError,
} from './strategies/strategy.errors.js';
export type {
  PgCredentials,
  PgServer,
  TenantConnections,
  TenantConnectionSettings,
  TenantPoolSettings,
  VerifiableClient,
} from './strategies/tenant-connection.js';
export type { TenantPoolsOptions } from './strategies/tenant-pools.js';
export {
  dropTenantSchemaSql,
  TENANT_SCHEMA_PREFIX,
  tenantSchemaName,
  tenantSchemaSql,
} from './strategies/tenant-schema.js';
export type { NewTenantSchema } from './strategies/tenant-schema.js';
export { TenantMover } from './moving/tenant-mover.js';
export type { TenantMoverOptions } from './moving/tenant-mover.js';
export { CachedPlacements } from './placement/cached-placements.js';
export type { CachedPlacementsOptions } from './placement/cached-placements.js';
export { MoveMismatchError, MoveRefusedError } from './placement/move.errors.js';
export { placedIsolation, PlacedIsolation } from './placement/placed-isolation.js';
export type { PlacedConnectionOptions, PlacedIsolationOptions } from './placement/placed-isolation.js';
export { PostgresPlacements } from './placement/postgres-placements.js';
export type {
  PlacementMove,
  PlacementTarget,
  TableSum,
  TenantPlacement,
  TenantPlacementReader,
} from './placement/tenant-placement.js';
