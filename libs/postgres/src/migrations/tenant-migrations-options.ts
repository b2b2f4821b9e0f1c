import { ArgumentInvalidError, systemClock } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import { numberArgument } from '@tenantry/core/spi';
import type { TenantMigrationProgress } from './tenant-migration-report.js';
import type { MigrationTarget, TenantMigration } from './tenant-migration.js';

/** What {@link TenantMigrations} needs to know. */
export interface TenantMigrationsOptions {
  /** The tenants, each once. */
  readonly targets: readonly MigrationTarget[];
  /** The migrations, in order, each name once. */
  readonly migrations: readonly TenantMigration[];
  /** Tenants worked on at the same time, 1 to 100, each on one connection at a time. Default 4. */
  readonly concurrency?: number;
  /** Milliseconds that one migration of one tenant may take, 1 and up; afterwards it is rolled back. Default 60,000. */
  readonly timeoutMs?: number;
  /** Milliseconds to wait for a lock, another process's turn at the same tenant included, 1 and up. Default 10,000. */
  readonly lockTimeoutMs?: number;
  /** The id of the tenant that goes first, alone: when it fails, no other is begun. Default: the first target. */
  readonly canary?: string;
  /** Whether the other tenants continue when one has failed. They never do so for the canary. Default `false`. */
  readonly skipFailing?: boolean;
  /** Receives every migration and every tenant. A throw from here ends the run after what is under way. */
  readonly onProgress?: (progress: TenantMigrationProgress) => void;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/**
 * The options with every default filled in.
 *
 * @internal
 */
export type ResolvedOptions = Required<TenantMigrationsOptions>;

/**
 * Fills in the defaults and refuses invalid values.
 *
 * @throws `MT_ARGUMENT_INVALID`
 * @internal
 */
export function resolveMigrationsOptions(options: TenantMigrationsOptions): ResolvedOptions {
  const { targets, migrations, concurrency = 4, timeoutMs = 60_000, lockTimeoutMs = 10_000 } = options;
  assertOnce(
    'targets',
    targets.map(({ tenantId }) => tenantId),
  );
  assertOnce(
    'migrations',
    migrations.map(({ name }) => name),
  );
  assertWhole('concurrency', concurrency, 100);
  assertWhole('timeoutMs', timeoutMs, 2 ** 31 - 1);
  assertWhole('lockTimeoutMs', lockTimeoutMs, 2 ** 31 - 1);
  const { canary = targets[0]?.tenantId ?? '', skipFailing = false, clock = systemClock } = options;
  if (targets.length > 0 && !targets.some(({ tenantId }) => tenantId === canary)) {
    throw new ArgumentInvalidError('canary', canary, 'the id of one of the targets');
  }
  const onProgress = options.onProgress ?? (() => undefined);
  return { targets, migrations, concurrency, timeoutMs, lockTimeoutMs, canary, skipFailing, onProgress, clock };
}

function assertOnce(argument: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (typeof name !== 'string' || name === '' || seen.has(name)) {
      throw new ArgumentInvalidError(argument, name, 'names that are not empty, each once');
    }
    seen.add(name);
  }
}

function assertWhole(argument: string, value: number, max: number): void {
  numberArgument(argument, value, { min: 1, max, whole: true });
}
