import { PostgresError } from '../sql/postgres.error.js';

/** What a tenant's migration failed of (500). What that migration did is rolled back; those before it stay. */
export class TenantMigrationError extends PostgresError {
  /** Which migration; `null` = its database could not be opened, asked or closed. */
  readonly migration: string | null;

  constructor(tenantId: string, migration: string | null, cause: unknown) {
    const what = migration === null ? 'could not be reached' : `failed at migration "${migration}"`;
    super('MT_MIGRATION_FAILED', `Tenant "${tenantId}" ${what}: ${reasonOf(cause)}`, { tenantId, cause });
    this.migration = migration;
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'something was thrown that is no error';
}
