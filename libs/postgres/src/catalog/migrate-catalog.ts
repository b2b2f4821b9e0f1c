import { CATALOG_MIGRATIONS } from './catalog-migrations.js';
import { migrateSchema } from '../sql/schema-migrations.js';
import type { SchemaMigrationOptions, SchemaMigrationReport } from '../sql/schema-migrations.js';
import type { SqlDatabase } from '../sql/sql-database.js';

/** Any constant that no other schema uses for an advisory lock: "tenantry" in hexadecimal. */
const LOCK_KEY = '8387231245791425145';

/** How {@link migrateCatalog} works. */
export type CatalogMigrationOptions = SchemaMigrationOptions;

/** What {@link migrateCatalog} did, or would do. */
export type CatalogMigrationReport = SchemaMigrationReport;

/**
 * Brings the schema `tenantry` to what {@link PostgresTenantCatalog} needs, in one transaction: all steps or none.
 *
 * Idempotent, and safe when several processes run it at once: one works, the others wait for it. Where nothing is to be
 * done, it only reads, so that a role with the rights of {@link grantCatalogSql} may call it too. A schema that is newer
 * than this version of the library is left alone. While indexes are built over many tenants, reads continue and changes wait.
 *
 * @param database connected as a role that may create a schema, at the first time and after an update
 * @param options `dryRun` to report without changes
 * @throws the driver's error, for example when that right is missing
 */
export function migrateCatalog(
  database: SqlDatabase,
  options: CatalogMigrationOptions = {},
): Promise<CatalogMigrationReport> {
  return migrateSchema(database, { schema: 'tenantry', lockKey: LOCK_KEY, steps: CATALOG_MIGRATIONS }, options);
}
