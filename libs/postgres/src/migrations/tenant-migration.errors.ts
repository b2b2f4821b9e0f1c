import { MultitenancyError } from '@tenantry/core';
import type { TenantMigrationReport } from './tenant-migration-report.js';

const NAMED = 5;

/** What a tenant's migration failed of (500). What that migration did is rolled back; those before it stay. */
export class TenantMigrationError extends MultitenancyError {
  /** Which migration; `null` = its database could not be opened, asked or closed. */
  readonly migration: string | null;

  constructor(tenantId: string, migration: string | null, cause: unknown) {
    const what = migration === null ? 'could not be reached' : `failed at migration "${migration}"`;
    super('MT_MIGRATION_FAILED', `Tenant "${tenantId}" ${what}: ${reasonOf(cause)}`, { tenantId, cause });
    this.migration = migration;
  }
}

/** Not every tenant was migrated (500). */
export class TenantMigrationsFailedError extends MultitenancyError {
  /** What became of every tenant. */
  readonly report: TenantMigrationReport;

  constructor(report: TenantMigrationReport) {
    const errors = report.outcomes.flatMap((outcome) => (outcome.state === 'failed' ? [outcome.error] : []));
    const notBegun = report.outcomes.filter(({ state }) => state === 'notBegun').length;
    const lines = errors.slice(0, NAMED).map(({ message }) => `- ${message}`);
    if (errors.length > NAMED) lines.push(`- and ${errors.length - NAMED} more, see report`);
    super(
      'MT_MIGRATION_FAILED',
      `${errors.length} of ${report.outcomes.length} tenants failed, ${notBegun} were not begun. Mend the cause and run the migrations again: they go on where they stopped.\n${lines.join('\n')}`,
      { cause: errors[0] },
    );
    this.report = report;
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'something was thrown that is no error';
}
