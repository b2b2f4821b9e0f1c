import { forEachConcurrently } from '@tenantry/core/spi';
import { migrateTenant } from './migrate-tenant.js';
import { TenantMigrationsFailedError } from './tenant-migrations-failed.error.js';
import { resolveMigrationsOptions } from './tenant-migrations-options.js';
import type {
  TenantMigrationOutcome,
  TenantMigrationProgress,
  TenantMigrationReport,
} from './tenant-migration-report.js';
import type { MigrationTarget } from './tenant-migration.js';
import type { ResolvedOptions, TenantMigrationsOptions } from './tenant-migrations-options.js';

/**
 * Brings the schemas or databases that tenants have of their own up to date, a few at a time.
 *
 * Each tenant has a ledger, the table `tenantry_migrations` in its own schema, and each migration is one transaction together
 * with its entry there: after a crash nothing is half done, and the next run continues with what is left. Several processes
 * may run at once; each migration of a tenant is applied by one of them.
 */
export class TenantMigrations {
  readonly #options: ResolvedOptions;

  /** @throws `MT_ARGUMENT_INVALID` */
  constructor(options: TenantMigrationsOptions) {
    this.#options = resolveMigrationsOptions(options);
  }

  /**
   * Runs what is left, the canary first. May be called again.
   *
   * @returns what became of every tenant; with `skipFailing` some of them may have failed
   * @throws {@link TenantMigrationsFailedError} `MT_MIGRATION_FAILED`, with the report, when the canary failed, or any tenant
   *   without `skipFailing`; tenants that were under way are finished first. What `onProgress` throws.
   */
  async run(): Promise<TenantMigrationReport> {
    const { targets, canary, concurrency, skipFailing } = this.#options;
    const round = new Round(this.#options);
    const first = targets.filter(({ tenantId }) => tenantId === canary);
    const others = targets.filter(({ tenantId }) => tenantId !== canary);
    await round.work(first, 1, false);
    await round.work(others, concurrency, skipFailing);
    const report = round.report();
    if (round.stopped) throw new TenantMigrationsFailedError(report);
    return report;
  }
}

/** One run over all tenants. */
class Round {
  readonly #options: ResolvedOptions;
  readonly #outcomes = new Map<string, TenantMigrationOutcome>();
  #stopped = false;
  #reportFailure: { readonly error: unknown } | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  /** Whether no further tenant is begun. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Gives tenants their turns, a few at a time. @throws what the listener for progress threw, when every turn has ended */
  async work(targets: readonly MigrationTarget[], concurrency: number, skipFailing: boolean): Promise<void> {
    await forEachConcurrently(targets, concurrency, async (target) => {
      if (this.#stopped) return;
      const { state } = await this.#turn(target);
      this.#stopped ||= state === 'failed' && !skipFailing;
    });
    if (this.#reportFailure) throw this.#reportFailure.error;
  }

  report(): TenantMigrationReport {
    return {
      outcomes: this.#options.targets.map(
        ({ tenantId }) => this.#outcomes.get(tenantId) ?? { state: 'notBegun', tenantId },
      ),
    };
  }

  async #turn(target: MigrationTarget): Promise<TenantMigrationOutcome> {
    const outcome = await migrateTenant(target, { ...this.#options, onProgress: this.#report });
    this.#outcomes.set(target.tenantId, outcome);
    this.#report({ kind: 'tenant', outcome, finished: this.#outcomes.size, total: this.#options.targets.length });
    return outcome;
  }

  readonly #report = (progress: TenantMigrationProgress): void => {
    try {
      this.#options.onProgress(progress);
    } catch (error) {
      this.#reportFailure ??= { error };
      this.#stopped = true;
    }
  };
}
