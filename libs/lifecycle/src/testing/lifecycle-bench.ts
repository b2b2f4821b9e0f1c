import { LifecycleParticipants } from '../lifecycle-participants.js';
import type { Participant } from '../lifecycle-participants.js';
import { TenantLifecycle } from '../tenant-lifecycle.js';
import type { TenantLifecycleListener } from '../tenant-lifecycle-listener.js';
import type { TenantLifecycleOptions } from '../lifecycle-options.js';
import type { TenantLifecycleStore } from '../tenant-lifecycle-store.js';
import type { ProvisioningContext, TenantProvisioner } from '../tenant-provisioner.js';
import { quickClock } from './quick-clock.js';

/** A store to test on, and how its time passes. */
export interface StoreUnderTest {
  readonly store: TenantLifecycleStore;
  /** Lets time pass for all that is recorded. */
  advance(ms: number): Promise<void>;
}

/** Who takes part in a test. */
export interface Cast {
  readonly listeners?: readonly Participant<TenantLifecycleListener>[];
  readonly provisioners?: readonly Participant<TenantProvisioner>[];
}

/** A lifecycle on quick time. */
export function lifecycleOn(
  store: TenantLifecycleStore,
  cast: Cast = {},
  options: Partial<TenantLifecycleOptions> = {},
): TenantLifecycle {
  const participants = new LifecycleParticipants(cast.listeners ?? [], cast.provisioners ?? []);
  return new TenantLifecycle(
    { store, clock: quickClock, random: () => 0, drainTimeoutMs: 0, maxAttempts: 3, ...options },
    { participants: () => participants },
  );
}

/** A provisioner that records its calls, and whose `provision` fails a given number of times. */
export function provisioner(
  name: string,
  log: string[],
  failures = 0,
  error: unknown = new Error('down'),
): Participant<TenantProvisioner> {
  let left = failures;
  const note =
    (method: string) =>
    ({ tenant }: ProvisioningContext): void => {
      log.push(`${method} ${name} (${tenant.status})`);
      if (method === 'provision' && left-- > 0) throw error;
    };
  return { name, instance: { provision: note('provision'), undo: note('undo'), remove: note('remove') } };
}
