import type { DependentHooks } from './base-leases.js';
import { FailureLog } from './creation/failure-log.js';
import { CapacityGate } from './capacity/capacity-gate.js';
import { CleanUp } from './disposal/clean-up.js';
import { ClientBuilder } from './creation/client-builder.js';
import type { ClientEntry } from './client-entry.js';
import { ClientCreations } from './creation/client-creations.js';
import { ClientOwner } from './client-owners.js';
import { ClientPlacement } from './creation/client-placement.js';
import { ClientRoster } from './client-roster.js';
import { Disposer } from './disposal/disposer.js';
import { ExclusiveTurns } from './capacity/exclusive-turns.js';
import { RegistryEvents } from './registry-events.js';
import type { TenantClientRegistryOptions } from './registry-options.js';
import { RegistryCounters } from './registry-stats.js';
import { resolveRegistryOptions } from './resolve-registry-options.js';
import type { ResolvedRegistryOptions } from './resolve-registry-options.js';
import { Retirements } from './disposal/retirements.js';

/** What a registry is put together from. */
export interface RegistryParts<TClient, TOptions> {
  readonly options: ResolvedRegistryOptions<TClient, TOptions>;
  readonly events: RegistryEvents;
  readonly counters: RegistryCounters;
  readonly gate: CapacityGate;
  readonly failures: FailureLog;
  readonly retirements: Retirements<TClient>;
  readonly builder: ClientBuilder<TClient, TOptions>;
  readonly roster: ClientRoster<TClient>;
  readonly creations: ClientCreations<TClient, TOptions>;
  readonly placement: ClientPlacement<TClient, TOptions>;
  readonly cleanUp: CleanUp<TClient, TOptions>;
}

/** Puts the parts of a registry together. @throws `MT_OPTIONS_INVALID` */
export function assembleRegistry<TClient, TOptions>(
  given: TenantClientRegistryOptions<TClient, TOptions>,
): RegistryParts<TClient, TOptions> {
  const options = resolveRegistryOptions(given);
  const { name: kind, clock, random, retryBackoffMs, disposeTimeoutMs, drainTimeoutMs, createTimeoutMs } = options;
  const [events, counters] = [new RegistryEvents(given.applicationId), new RegistryCounters()];
  const shared = { kind, clock, events, counters };
  const disposer = new Disposer(clock, disposeTimeoutMs);
  const gate: CapacityGate = new CapacityGate(kind, options, () => roster.makeRoom());
  const failures = new FailureLog(kind, retryBackoffMs, random);
  const retirements = new Retirements<TClient>({ ...shared, disposer, onGone: ({ ticket }) => gate.leave(ticket) });
  const { exclusive = false, acquireTimeoutMs } = options;
  const turns = exclusive ? new ExclusiveTurns() : undefined;
  const owner = new ClientOwner(kind);
  const dependents = hooksOf<TClient>(() => ({ gate, roster, retirements, creations }));
  const builder = new ClientBuilder({ options, gate, turns, disposer, events, owner, dependents });
  const roster: ClientRoster<TClient> = new ClientRoster({ ...shared, drainTimeoutMs, gate, retirements });
  const made = { ...shared, createTimeoutMs, acquireTimeoutMs, exclusive, roster, builder, failures };
  const creations: ClientCreations<TClient, TOptions> = new ClientCreations(made);
  const placement = new ClientPlacement({ options, gate, turns, failures, owner, events, builder, roster, creations });
  const cleanUp = new CleanUp(options, roster);
  return { options, events, counters, gate, failures, retirements, builder, roster, creations, placement, cleanUp };
}

/**
 * What the leases on bases need of a registry.
 *
 * @param parts those that are made later than what needs the hooks
 */
function hooksOf<TClient>(
  parts: () => Pick<RegistryParts<TClient, never>, 'gate' | 'roster' | 'retirements'> & {
    readonly creations: { renew(entry: ClientEntry<TClient>): void };
  },
): DependentHooks<TClient> {
  return {
    relief: { relieve: (wanted) => parts().roster.relieve(wanted) },
    isCurrent: (entry) => parts().roster.find(entry.tenantId) === entry,
    retire: (entry, renewed) => {
      const { gate, roster, creations } = parts();
      void roster.detach(entry, 'dependency');
      if (renewed && !gate.isShut) creations.renew(entry);
    },
    force: (entry) => parts().retirements.forceEntry(entry),
  };
}
