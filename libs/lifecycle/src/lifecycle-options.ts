import { systemClock } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import { choiceOption, methodsOption, numberOption } from '@tenantry/core/spi';
import type { TenantLifecycleEvent } from './lifecycle-events.js';
import type { TenantLifecycleStore } from './tenant-lifecycle-store.js';

/** How operations run. */
export interface TenantLifecycleLimits {
  /** Milliseconds without a heartbeat after which another node takes over, 100 to 3,600,000. Default 30,000. */
  readonly leaseMs: number;
  /**
   * Milliseconds that one call of a provisioner or after-listener may take, 1 to 86,400,000. Then its signal fires and the attempt
   * counts as failed; one that ignores the signal may still be at work when the next attempt begins. Default 300,000.
   */
  readonly participantTimeoutMs: number;
  /** Attempts of a provisioner or of the after-listeners before the operation fails, 1 to 1,000. Default 5. */
  readonly maxAttempts: number;
  /** Milliseconds of the first delay between attempts, 1 to 3,600,000; doubles up to 15 s, with jitter. Default 250. */
  readonly retryBackoffMs: number;
  /** Milliseconds that a deletion waits for the clients of the tenant on all nodes, 0 to 86,400,000. Default 30,000. */
  readonly drainTimeoutMs: number;
  /** Milliseconds between two calls of `drained`, 1 to 60,000. Default 500. */
  readonly drainPollMs: number;
  /** Milliseconds between two polls for abandoned operations, 10 to 3,600,000. Default 5,000. */
  readonly resumeIntervalMs: number;
  /** Operations that this node resumes at the same time, 1 to 1,000. Default 4. */
  readonly resumeConcurrency: number;
  /** Milliseconds for which a repeated request waits for the result of the first, 0 to 3,600,000. Default 30,000. */
  readonly repeatWaitMs: number;
}

/** Options of {@link TenantLifecycle}. */
export interface TenantLifecycleOptions extends Partial<TenantLifecycleLimits> {
  readonly store: TenantLifecycleStore;
  /**
   * A creation whose provisioners failed: `compensate` (default) takes back what was done, frees the names and tombstones the id;
   * `keep` leaves it `provisioning`, for `resume` or `delete`.
   */
  readonly onProvisionFailure?: 'compensate' | 'keep';
  /** Whether the clients of a tenant are closed on all nodes. Default: not known, and a deletion waits for `drainTimeoutMs`. */
  readonly drained?: (tenantId: string) => Promise<boolean>;
  /** Receives failures and ends. For a log; must not throw. Default: none. */
  readonly report?: (event: TenantLifecycleEvent) => void;
  /** Names the application in events on the diagnostics channel. Default: the one of the module. */
  readonly applicationId?: string | undefined;
  /** For tests. Claims and grace periods are by the clock of the store. */
  readonly clock?: Clock;
  /** 0 up to 1; for tests. */
  readonly random?: () => number;
}

/** The options, complete and checked. */
export type ResolvedLifecycleOptions = Required<TenantLifecycleOptions>;

const HOUR = 3_600_000;
const LIMITS: Readonly<Record<keyof TenantLifecycleLimits, readonly [fallback: number, min: number, max: number]>> = {
  leaseMs: [30_000, 100, HOUR],
  participantTimeoutMs: [300_000, 1, 24 * HOUR],
  maxAttempts: [5, 1, 1_000],
  retryBackoffMs: [250, 1, HOUR],
  drainTimeoutMs: [30_000, 0, 24 * HOUR],
  drainPollMs: [500, 1, 60_000],
  resumeIntervalMs: [5_000, 10, HOUR],
  resumeConcurrency: [4, 1, 1_000],
  repeatWaitMs: [30_000, 0, HOUR],
};
const STORE_METHODS = ['findTenant', 'find', 'begin', 'claimDue', 'reopen', 'renew', 'save', 'undoDelete'] as const;
const STORE = 'a TenantLifecycleStore, such as PostgresTenantLifecycleStore';

/** Fills in defaults and checks. @throws `MT_OPTIONS_INVALID` */
export function resolveLifecycleOptions(options: TenantLifecycleOptions): ResolvedLifecycleOptions {
  return Object.freeze({
    store: methodsOption('lifecycle.store', options.store, STORE_METHODS, STORE),
    onProvisionFailure: choiceOption('lifecycle.onProvisionFailure', options.onProvisionFailure, [
      'compensate',
      'keep',
    ]),
    drained: options.drained ?? (async () => false),
    report: options.report ?? (() => undefined),
    applicationId: options.applicationId,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    ...checkedLimits(options),
  });
}

function checkedLimits(options: Partial<TenantLifecycleLimits>): TenantLifecycleLimits {
  const entries = (Object.keys(LIMITS) as (keyof TenantLifecycleLimits)[]).map((name) => {
    const [fallback, min, max] = LIMITS[name];
    return [name, numberOption(`lifecycle.${name}`, options[name] ?? fallback, { min, max, whole: true })];
  });
  return Object.fromEntries(entries) as TenantLifecycleLimits;
}
