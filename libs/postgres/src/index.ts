export { POSTGRES_ERROR_CODES, PostgresError } from './sql/postgres.error.js';
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
export { pruneChanges } from './sync/change-log.js';
export type { TenantChange } from './sync/change-log.js';
export { pgChangeListener, pgliteChangeListener } from './sync/change-listener.js';
export type {
  ChangeListener,
  ChangeListenerEvents,
  ChangeSubscription,
  PgListenClient,
  PgliteListen,
} from './sync/change-listener.js';
export { drainedOnAllNodes } from './sync/drained-on-all-nodes.js';
export type { DrainedOnAllNodesOptions } from './sync/drained-on-all-nodes.js';
export { TenantSyncModule } from './sync/tenant-sync.module.js';
export type { TenantSyncAsyncOptions, TenantSyncOptions } from './sync/tenant-sync-options.js';
export { TenantChangeFeed } from './sync/tenant-change-feed.js';
export type { TenantChangeFeedOptions, TenantChangeFeedStats } from './sync/tenant-change-feed.js';
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
export { migrateSchema } from './sql/schema-migrations.js';
export type {
  MigratedSchema,
  SchemaMigration,
  SchemaMigrationOptions,
  SchemaMigrationReport,
  SchemaMigrationStep,
} from './sql/schema-migrations.js';
export type { ScopedSql, SqlDatabase, SqlResult, SqlSession, TransactionSettings } from './sql/sql-database.js';
export { TransactionClosedError } from './sql/transaction-closed.error.js';
export type { IsolationStrategy, TenantSql } from './isolation/strategies/isolation-strategy.js';
export { rowLevelSecurity } from './isolation/strategies/row-level-security.js';
export type { RowLevelSecurityOptions } from './isolation/strategies/row-level-security.js';
export type { TenantPlace } from './isolation/strategies/tenant-place.js';
export { boundPool } from './isolation/strategies/bound-pool.js';
export type { BoundPoolOptions } from './isolation/strategies/bound-pool.js';
export {
  BOUND_ROLE_PREFIX,
  boundRoleName,
  boundRoleSql,
  boundTableSql,
  dropBoundRoleSql,
} from './isolation/strategies/bound-role.js';
export type { BoundRole, NewBoundRole } from './isolation/strategies/bound-role.js';
export { databasePerTenant } from './isolation/strategies/database-per-tenant.js';
export type { DatabasePerTenantOptions } from './isolation/strategies/database-per-tenant.js';
export type { PooledStrategy, PooledStrategyOptions } from './isolation/strategies/pooled-strategy.js';
export { schemaPerTenant } from './isolation/strategies/schema-per-tenant.js';
export type { SchemaPerTenantOptions } from './isolation/strategies/schema-per-tenant.js';
export {
  ConnectionUnsafeError,
  PlacementInvalidError,
  PlacementMissingError,
  PlacementTakenError,
  TenantDatabaseUnavailableError,
  TenantMovingError,
  TenantSchemaMissingError,
} from './isolation/strategies/strategy.errors.js';
export type {
  PgCredentials,
  PgServer,
  TenantConnections,
  TenantConnectionSettings,
  TenantPoolSettings,
  VerifiableClient,
} from './isolation/strategies/tenant-connection.js';
export type { TenantPoolsOptions } from './isolation/strategies/tenant-pools.js';
export {
  dropTenantSchemaSql,
  TENANT_SCHEMA_PREFIX,
  tenantSchemaName,
  tenantSchemaSql,
} from './isolation/strategies/tenant-schema.js';
export type { NewTenantSchema } from './isolation/strategies/tenant-schema.js';
export { TenantMover } from './isolation/moving/tenant-mover.js';
export type { TenantMoverOptions } from './isolation/moving/tenant-mover.js';
export { CachedPlacements } from './isolation/placement/cached-placements.js';
export type { CachedPlacementsOptions } from './isolation/placement/cached-placements.js';
export { MoveMismatchError, MoveRefusedError } from './isolation/placement/move.errors.js';
export { placedIsolation, PlacedIsolation } from './isolation/placement/placed-isolation.js';
export type { PlacedConnectionOptions, PlacedIsolationOptions } from './isolation/placement/placed-isolation.js';
export { PostgresPlacements } from './isolation/placement/postgres-placements.js';
export type {
  PlacementMove,
  PlacementTarget,
  TableSum,
  TenantPlacement,
  TenantPlacementReader,
} from './isolation/placement/tenant-placement.js';
