import type { Scheduler } from 'fast-check';
import { TenantClientRegistry } from '@tenantry/core';
import type { TenantClientLease } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import type { RegistryParts } from '../../../libs/core/src/registry/registry-parts.js';
import { latestParts } from './capture-parts.js';

/** What a factory's call comes to. */
export type FactoryFate = 'settles' | 'fails' | 'throws' | 'nothing' | 'hangs' | 'obeys' | 'at once';
/** What a disposal or a health check comes to. */
export type Fate = 'at once' | 'later' | 'throws' | 'rejects' | 'hangs';

export interface WorldConfig {
  readonly maxClients: number;
  readonly maxWeight: number;
  readonly maxWaiting: number;
  readonly drainTimeoutMs: number;
  readonly retryBackoffMs: number;
  readonly maxLifetimeMs: number;
  readonly exclusive: boolean;
  readonly factories: readonly FactoryFate[];
  readonly disposals: readonly Fate[];
  readonly checks: readonly Fate[] | undefined;
}

export interface FakeClient {
  readonly id: number;
  readonly tenantId: string;
  readonly weight: number;
  disposals: number;
  /** Whether the registry answers for it. */
  owned: 'yes' | 'no' | 'perhaps';
  /** When it was last seen in its place. */
  lastReady: number;
}

interface Call {
  readonly tenantId: string;
  readonly startedAt: number;
  settled: boolean;
}

interface Wait {
  readonly what: string;
  readonly tenantId: string;
  readonly deadline: number;
  readonly abort: AbortController;
  settled: boolean;
}

export const TIMES = { createTimeoutMs: 300, acquireTimeoutMs: 150, disposeTimeoutMs: 200, idleTimeoutMs: 500 };

/** A registry, its clients, and everything that a history does to them. */
export class World {
  readonly clock = new ManualClock();
  readonly registry: TenantClientRegistry<FakeClient, object>;
  readonly parts: RegistryParts<FakeClient, unknown>;
  readonly clients: FakeClient[] = [];
  readonly calls: Call[] = [];
  readonly waits: Wait[] = [];
  readonly leases: TenantClientLease<FakeClient>[] = [];
  readonly released = new Set<TenantClientLease<FakeClient>>();
  /** Tenants whose clients have to be pinned, as long as they have one. */
  readonly pinned = new Set<string>();
  readonly faults: string[] = [];
  /** Disposals that have begun and not ended. */
  pendingDisposals = 0;
  disposedInUse = 0;
  reportedForced = 0;
  closeDeadlineMs = Infinity;
  #turn = 0;

  constructor(
    readonly config: WorldConfig,
    readonly scheduler: Scheduler,
  ) {
    const { factories: _factories, disposals: _disposals, checks, ...limits } = config;
    this.registry = new TenantClientRegistry<FakeClient, object>({
      name: 'fake',
      ...limits,
      ...TIMES,
      clock: this.clock,
      random: () => 0.5,
      template: {},
      weigh: ({ weight }) => weight,
      create: (tenantId, { signal }) => this.#create(tenantId, signal),
      dispose: (client) => this.#dispose(client),
      check: checks && (() => this.#settle(this.#next(checks), 'check')),
    });
    this.parts = latestParts();
    this.registry.on('disposed', ({ forced }) => void (this.reportedForced += forced ? 1 : 0));
    this.registry.on('evicted', ({ tenantId, cause }) => {
      // Of an exclusive kind it goes before its successor is made, and there may be none.
      const hasSuccessor = !config.exclusive && (cause === 'replaced' || cause === 'rotated');
      if (!hasSuccessor) this.pinned.delete(tenantId);
      throw new Error('an observer that throws');
    });
  }

  makeClient(tenantId: string, owned: FakeClient['owned']): FakeClient {
    const id = this.clients.length;
    const client = { id, tenantId, weight: (id % 3) + 1, disposals: 0, owned, lastReady: this.clock.now() };
    this.clients.push(client);
    return client;
  }

  /** Follows what a call comes to; it may throw, but it has to end. */
  wait<R>(
    what: string,
    tenantId: string,
    limitMs: number,
    start: (signal: AbortSignal) => Promise<R>,
  ): Promise<R | undefined> {
    const wait = { what, tenantId, deadline: this.clock.now() + limitMs, abort: new AbortController(), settled: false };
    this.waits.push(wait);
    return start(wait.abort.signal).then(
      (result) => {
        wait.settled = true;
        return result;
      },
      (error: unknown) => {
        wait.settled = true;
        const code = (error as { code?: unknown }).code;
        if (code === undefined && error !== wait.abort.signal.reason) this.faults.push(`${what}: ${String(error)}`);
        return undefined;
      },
    );
  }

  acquire(tenantId: string, timeoutMs: number): void {
    const done = this.wait('acquire', tenantId, timeoutMs, (signal) =>
      this.registry.acquire(tenantId, { timeoutMs, signal }),
    );
    void done.then((lease) => {
      if (lease === undefined) return;
      const early = this.clock.now() - lease.client.lastReady < this.#graceMs;
      if (lease.client.disposals > 0 && early) this.faults.push(`leased ${lease.client.id} after its disposal`);
      if (lease.client.tenantId !== tenantId)
        this.faults.push(`leased ${lease.client.tenantId}'s client to ${tenantId}`);
      this.leases.push(lease);
    });
  }

  release(lease: TenantClientLease<FakeClient>): void {
    this.released.add(lease);
    lease.release();
  }

  isInUse(client: FakeClient): boolean {
    return this.leases.some((lease) => lease.client === client && !this.released.has(lease));
  }

  /** Factories that have not ended; those that were given up long ago count too. */
  runningFactories(): number {
    return this.calls.filter((call) => !call.settled).length;
  }

  get #graceMs(): number {
    return Math.min(this.config.drainTimeoutMs, this.closeDeadlineMs);
  }

  #next<F>(fates: readonly F[]): F {
    return fates[this.#turn++ % fates.length] as F;
  }

  #create(tenantId: string, signal: AbortSignal): FakeClient | Promise<FakeClient> {
    const fate = this.#next(this.config.factories);
    const call: Call = { tenantId, startedAt: this.clock.now(), settled: false };
    if (this.config.exclusive) this.#expectNoOther(tenantId);
    const rival = this.calls.find((other) => other.tenantId === tenantId && !other.settled);
    if (rival && this.clock.now() - rival.startedAt < TIMES.disposeTimeoutMs)
      this.faults.push(`two factories of ${tenantId}`);
    this.calls.push(call);
    if (fate === 'throws' || fate === 'at once') {
      call.settled = true;
      if (fate === 'throws') throw new Error('the factory throws');
      return this.makeClient(tenantId, 'yes');
    }
    if (fate === 'hangs') return new Promise(() => undefined);
    return this.#createLater(call, fate, signal);
  }

  /** Of an exclusive kind no client of the tenant exists while a factory begins; one whose disposal hangs is given up in time. */
  #expectNoOther(tenantId: string): void {
    const other = this.clients.find(
      (client) => client.tenantId === tenantId && client.owned === 'yes' && client.disposals === 0,
    );
    if (other) this.faults.push(`a factory of ${tenantId} beside client ${other.id}`);
  }

  async #createLater(call: Call, fate: FactoryFate, signal: AbortSignal): Promise<FakeClient> {
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    const turn = this.scheduler.schedule(Promise.resolve(), `factory of ${call.tenantId} ${fate}`);
    await (fate === 'obeys' ? Promise.race([turn, aborted]) : turn);
    call.settled = true;
    if (fate === 'fails' || (fate === 'obeys' && signal.aborted)) throw new Error('the factory fails');
    return fate === 'nothing' ? (null as unknown as FakeClient) : this.makeClient(call.tenantId, 'yes');
  }

  #dispose(client: FakeClient): unknown {
    client.disposals += 1;
    if (client.disposals > 1) this.faults.push(`client ${client.id} disposed ${client.disposals} times`);
    if (client.owned === 'no') this.faults.push(`client ${client.id} disposed, but it was never the registry's`);
    if (this.isInUse(client)) this.#disposeInUse(client);
    const fate = this.#next(this.config.disposals);
    if (fate === 'throws' || fate === 'at once') return this.#settle(fate, `disposal of ${client.id}`);
    this.pendingDisposals += 1;
    return Promise.resolve(this.#settle(fate, `disposal of ${client.id}`)).finally(() => (this.pendingDisposals -= 1));
  }

  #disposeInUse(client: FakeClient): void {
    this.disposedInUse += 1;
    if (this.clock.now() - client.lastReady < this.#graceMs)
      this.faults.push(`client ${client.id} disposed in use before its time`);
  }

  #settle(fate: Fate, label: string): unknown {
    if (fate === 'throws') throw new Error(`${label} throws`);
    if (fate === 'hangs') return new Promise(() => undefined);
    if (fate === 'at once') return undefined;
    return this.scheduler.schedule(Promise.resolve(), label).then(() => {
      if (fate === 'rejects') throw new Error(`${label} rejects`);
    });
  }
}
