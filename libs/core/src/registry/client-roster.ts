import type { CapacityGate } from './capacity/capacity-gate.js';
import { wholeMs } from './client-entry.js';
import type { ClientEntry } from './client-entry.js';
import type { Clock } from '../kernel/clock.js';
import type { Dependent, Relief } from './dependent.js';
import { IdleList } from './capacity/idle-list.js';
import { EntryLease } from './lease.js';
import type { TenantClientLease } from './lease.js';
import type { RegistryEvents } from './registry-events.js';
import type { EvictionCause } from './registry-options.js';
import type { RegistryCounters } from './registry-stats.js';
import type { ClientSnapshot, EvictedClient } from './registry-types.js';
import type { Retirements } from './disposal/retirements.js';
import { sweepIdle } from './disposal/sweep.js';
import { TenantMap } from './tenant-map.js';

/** What the roster works with. */
export interface RosterParts<TClient> {
  readonly kind: string;
  readonly clock: Clock;
  readonly drainTimeoutMs: number;
  readonly events: RegistryEvents;
  readonly counters: RegistryCounters;
  readonly gate: CapacityGate;
  readonly retirements: Retirements<TClient>;
}

/** Causes of a detachment that leave a successor in the place. */
const SUCCEEDED: ReadonlySet<EvictionCause> = new Set<EvictionCause>(['replaced', 'rotated']);

/** The clients that exist: at most one per tenant. Leases them, takes them back, tracks which are idle, detaches them. */
export class ClientRoster<TClient> implements Relief {
  readonly #parts: RosterParts<TClient>;
  readonly #entries = new TenantMap<ClientEntry<TClient>>();
  readonly #idle = new IdleList<TClient>();
  readonly #reliefs = new Set<Relief>();
  readonly #giveBack = (entry: ClientEntry<TClient>): void => this.#takeBack(entry);

  constructor(parts: RosterParts<TClient>) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The tenant's entry; no use is counted. */
  find(tenantId: string): ClientEntry<TClient> | undefined {
    return this.#entries.get(tenantId);
  }

  /** All entries, as they are now. */
  all(): ClientEntry<TClient>[] {
    return [...this.#entries.values()];
  }

  /** Notes a use. */
  touch(entry: ClientEntry<TClient>): void {
    entry.lastUsed = wholeMs(this.#parts.clock.now());
    if (entry.ages) this.#idle.touch(entry);
  }

  /** The client; counts as use. */
  use(entry: ClientEntry<TClient>): TClient {
    this.touch(entry);
    return entry.client;
  }

  /** Leases a client; counts as use, for its idle time starts when the last lease is released. */
  lease(entry: ClientEntry<TClient>): TenantClientLease<TClient> {
    if (entry.leases === 0) this.#idle.remove(entry);
    entry.leases += 1;
    this.#parts.counters.leases += 1;
    return new EntryLease(entry, this.#giveBack);
  }

  /** Leases a client to another one that is made with it: that one is detached with it, and disposed before it. */
  leaseTo(entry: ClientEntry<TClient>, dependent: Dependent): TenantClientLease<TClient> {
    this.#reliefs.add(dependent.relief);
    const dependents = ((entry.ticket.extras ??= {}).dependents ??= new Set());
    dependents.add(dependent);
    const lease = this.lease(entry);
    const release = (): void => (dependents.delete(dependent), lease.release());
    return { tenantId: lease.tenantId, client: lease.client, release, [Symbol.dispose]: release };
  }

  /** Publishes a client; that counts as use. One that was there before is detached, and its pin goes over. */
  install(entry: ClientEntry<TClient>, cause: EvictionCause): void {
    const previous = this.#entries.get(entry.tenantId);
    if (previous !== undefined) {
      entry.pinned ||= previous.pinned;
      void this.detach(previous, cause);
    }
    this.#entries.set(entry.tenantId, entry);
    this.touch(entry);
  }

  /** Takes a client out at once and retires it. @returns settles when it is gone */
  detach(
    entry: ClientEntry<TClient>,
    cause: EvictionCause,
    drainTimeoutMs = this.#parts.drainTimeoutMs,
  ): Promise<void> {
    const { kind, counters, events, retirements } = this.#parts;
    if (this.#entries.get(entry.tenantId) === entry) this.#entries.delete(entry.tenantId);
    this.#idle.remove(entry);
    counters.evictions[cause] += 1;
    const gone = retirements.retire(entry, cause, drainTimeoutMs);
    for (const dependent of [...(entry.ticket.extras?.dependents ?? [])]) dependent.baseDetached(SUCCEEDED.has(cause));
    events.emit('evicted', { kind, tenantId: entry.tenantId, cause });
    return gone;
  }

  /** Pins or unpins; an unpinned client ages from now. */
  setPinned(entry: ClientEntry<TClient>, pinned: boolean): void {
    entry.pinned = pinned;
    if (pinned) return this.#idle.remove(entry);
    this.touch(entry);
    this.makeRoom();
  }

  /**
   * Evicts the least recently used idle clients for waiting callers, as far as no disposal is about to make room anyway.
   * Called when a caller begins to wait or a client may have become idle.
   *
   * Where none is idle, clients that were made with these ones and are idle go first.
   *
   * @returns the number of disposals under way
   */
  makeRoom(): number {
    return this.relieve(this.#parts.gate.waiting);
  }

  relieve(wanted: number): number {
    const { retirements } = this.#parts;
    while (this.#idle.oldest !== null && wanted > retirements.disposing) {
      void this.detach(this.#idle.oldest, 'capacity');
    }
    let coming = retirements.disposing;
    for (const relief of this.#reliefs) if (coming < wanted) coming += relief.relieve(wanted - coming);
    return coming;
  }

  /** Evicts what has been idle for longer than `idleMs`. @returns what was evicted, once it is gone */
  async sweep(idleMs: number): Promise<EvictedClient[]> {
    const evicted: EvictedClient[] = [];
    const now = this.#parts.clock.now();
    await sweepIdle(this.#idle, now, idleMs, (entry) => {
      evicted.push({ tenantId: entry.tenantId, cause: 'idle', idleMs: now - entry.lastUsed });
      return this.detach(entry, 'idle');
    });
    return evicted;
  }

  /** A snapshot of every client. */
  *snapshots(): IterableIterator<ClientSnapshot> {
    const now = this.#parts.clock.now();
    for (const { tenantId, leases, pinned, lastUsed, createdAt, ticket } of this.#entries.values()) {
      const idleMs = leases > 0 ? 0 : now - lastUsed;
      yield { tenantId, state: 'ready', leases, pinned, idleMs, ageMs: now - createdAt, weight: ticket.weight };
    }
  }

  #takeBack(entry: ClientEntry<TClient>): void {
    const { counters, retirements } = this.#parts;
    entry.leases -= 1;
    counters.leases -= 1;
    if (entry.leases > 0) return;
    if (!entry.isReady) return retirements.returned(entry);
    this.touch(entry);
    this.makeRoom();
  }
}
