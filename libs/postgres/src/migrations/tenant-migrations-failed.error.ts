import type { TenantMigrationReport } from './tenant-migration-report.js';
import { PostgresError } from '../sql/postgres.error.js';

const NAMED = 5;

/** Not every tenant was migrated (500). */
export class TenantMigrationsFailedError extends PostgresError {
  /** What became of every tenant. */
  readonly report: TenantMigrationReport;

  constructor(report: TenantMigrationReport) {
    const errors = report.outcomes.flatMap((outcome) => (outcome.state === 'failed' ? [outcome.error] : []));
    const notBegun = report.outcomes.filter(({ state }) => state === 'notBegun').length;
    const lines = errors.slice(0, NAMED).map(({ message }) => `- ${message}`);
    if (errors.length > NAMED) lines.push(`- and ${errors.length - NAMED} more, see report`);
    super(
      'MT_MIGRATION_FAILED',
      `${errors.length} of ${report.outcomes.length} tenants failed, ${notBegun} were not begun. Fix the cause and run the migrations again: they continue where they stopped.\n${lines.join('\n')}`,
      { cause: errors[0] },
    );
    this.report = report;
  }
}
