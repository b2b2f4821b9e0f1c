import {
  RegistryCapacityError,
  RegistryClosedError,
  TemplateMissingError,
  TenantClientCreateFailedError,
  TenantClientExistsError,
  TenantClientNotFoundError,
} from '../errors/client.errors.js';
import { ArgumentInvalidError } from '../errors/usage.errors.js';
import { tenantId as assertTenantId } from '../tenant/tenant-id.js';
import { FailureLog } from './backoff.js';
import { CapacityGate } from './capacity-gate.js';
import type { Ticket } from './capacity-gate.js';
import { ClientBuilder } from './client-builder.js';
import { ClientCreations } from './client-creations.js';
import type { ClientEntry } from './client-entry.js';
import { ClientRoster } from './client-roster.js';
import { copyOptions } from './copy-options.js';
import type { Creation } from './creation.js';
import { Disposer } from './disposer.js';
import { checkAll } from './health-checks.js';
import type { TenantClientLease } from './lease.js';
import { RegistryEvents } from './registry-events.js';
import type { RegistryEventName, RegistryListener } from './registry-events.js';
import type { TenantClientRegistryOptions } from './registry-options.js';
import { RegistryCounters } from './registry-stats.js';
import type { RegistryStats } from './registry-stats.js';
import type { AcquireOptions, AddOptions, ClientSnapshot, CloseReport, CreateOptions, EvictedClient, OnExisting } from './registry-types.js';
import { resolveRegistryOptions } from './resolve-registry-options.js';
import type { ResolvedRegistryOptions } from './resolve-registry-options.js';
import { Retirements } from './retirements.js';

/**
 * One live client per tenant: created once, lent, bounded in number, closed when nobody has used it for a while, and
 * never under somebody's feet. Knows tenant ids only; usable without Nest.
 *
 * @typeParam TClient the client: a pool, an SDK, an HTTP client. Never `null` or `undefined`
 * @typeParam TOptions what the factory gets as `options`
 */
export class TenantClientRegistry<TClient, TOptions = unknown> {
  /** Name of the client kind. */
  readonly name: string;
  readonly #options: ResolvedRegistryOptions<TClient, TOptions>;
  readonly #events = new RegistryEvents();
  readonly #counters = new RegistryCounters();
  readonly #gate: CapacityGate;
  readonly #failures: FailureLog;
  readonly #retirements: Retirements<TClient>;
  readonly #builder: ClientBuilder<TClient, TOptions>;
  readonly #roster: ClientRoster<TClient>;
  readonly #creations: ClientCreations<TClient, TOptions>;
  #lastSweep: Promise<unknown> = Promise.resolve();
  #closing: Promise<CloseReport> | null = null;

  /** @throws `MT_OPTIONS_INVALID` naming the option, its value and the allowed range */
  constructor(options: TenantClientRegistryOptions<TClient, TOptions>) {
    this.#options = resolveRegistryOptions(options);
    const { name: kind, clock, random, retryBackoffMs, disposeTimeoutMs, drainTimeoutMs, createTimeoutMs } = this.#options;
    this.name = kind;
    const shared = { kind, clock, events: this.#events, counters: this.#counters };
    const disposer = new Disposer(clock, disposeTimeoutMs);
    this.#gate = new CapacityGate(kind, this.#options, () => this.#roster.makeRoom());
    this.#failures = new FailureLog(kind, retryBackoffMs, random);
    this.#retirements = new Retirements({ ...shared, disposer, onGone: ({ ticket }) => this.#gate.leave(ticket) });
    this.#builder = new ClientBuilder(this.#options, this.#gate, disposer, this.#events);
    this.#roster = new ClientRoster({ ...shared, drainTimeoutMs, gate: this.#gate, retirements: this.#retirements });
    const [roster, builder, failures] = [this.#roster, this.#builder, this.#failures];
    this.#creations = new ClientCreations({ ...shared, createTimeoutMs, roster, builder, failures });
  }

  /** Clients that can be lent now. */
  get size(): number {
    return this.#roster.size;
  }

  /** Whether {@link close} was called. */
  get closed(): boolean {
    return this.#closing !== null;
  }

  /** The tenant's client, or `undefined`. Counts as use. @throws `MT_TENANT_IDENTIFIER_INVALID` for a malformed id */
  get(tenantId: string): TClient | undefined {
    const entry = this.#seek(tenantId);
    if (entry !== undefined) this.#roster.touch(entry);
    return entry?.client;
  }

  /** The tenant's client. Counts as use. @throws {@link TenantClientNotFoundError} `MT_CLIENT_NOT_FOUND` */
  getOrThrow(tenantId: string): TClient {
    const client = this.get(tenantId);
    if (client === undefined) throw new TenantClientNotFoundError(this.name, tenantId);
    return client;
  }

  /** As {@link get}, but does not count as use. */
  peek(tenantId: string): TClient | undefined {
    return this.#roster.find(assertTenantId(tenantId))?.client;
  }

  /** Whether the tenant has a client that can be lent now. Does not count as use. */
  has(tenantId: string): boolean {
    return this.#roster.find(assertTenantId(tenantId)) !== undefined;
  }

  /** What is known of each client that can be lent, without the clients. Does not count as use. */
  entries(): IterableIterator<ClientSnapshot> {
    return this.#roster.snapshots();
  }

  /**
   * Creates the tenant's client from the template.
   *
   * @returns the client; it is not on loan
   * @throws `MT_TEMPLATE_MISSING`, `MT_CLIENT_EXISTS` (with `onExisting: 'error'`), and as {@link acquire}
   */
  async create(tenantId: string, options: CreateOptions = {}): Promise<TClient> {
    if (this.#options.template === undefined) throw new TemplateMissingError(this.name);
    return this.#createBy(tenantId, this.#template(tenantId), options);
  }

  /** As {@link create}, from explicit options. They stay the caller's: the factory gets a copy. */
  async createFrom(tenantId: string, clientOptions: TOptions, options: CreateOptions = {}): Promise<TClient> {
    const kept = copyOptions(clientOptions);
    return this.#createBy(tenantId, () => copyOptions(kept), options);
  }

  /**
   * Adopts a client that the caller made; from then on it belongs to the registry. Adopted before the call returns where
   * there is room, else as soon as there is. A client that it replaces drains and is disposed.
   *
   * @returns whether it was adopted; `false` only with `onExisting: 'keep'`
   * @throws `MT_CLIENT_EXISTS`, `MT_TENANT_IDENTIFIER_INVALID`, `MT_ARGUMENT_INVALID`, `MT_REGISTRY_CAPACITY`, `MT_REGISTRY_CLOSED`
   */
  async add(tenantId: string, client: TClient, { dispose, onExisting }: AddOptions<TClient> = {}): Promise<boolean> {
    this.#assertOpen(tenantId);
    if (client === null || client === undefined) throw new ArgumentInvalidError('client', client, 'a client');
    if (this.#keepsPresent(tenantId, onExisting)) return false;
    const weight = this.#builder.weigh(client);
    const ticket = this.#gate.tryEnter(weight) ?? (await this.#waitForRoom(tenantId, weight));
    try {
      this.#assertOpen(tenantId);
      if (this.#keepsPresent(tenantId, onExisting)) throw new TenantClientExistsError(this.name, tenantId);
    } catch (error) {
      this.#gate.leave(ticket);
      throw error;
    }
    const entry = this.#builder.entry({ tenantId, client, ticket, close: dispose ?? this.#options.dispose, recipe: undefined });
    this.#roster.install(entry, 'replaced');
    this.#creations.supersede(tenantId, entry);
    this.#failures.clear(tenantId);
    this.#events.emit('created', { kind: this.name, tenantId, durationMs: 0 });
    return true;
  }

  /**
   * Lends the tenant's client; creates it if there is none. All who ask meanwhile share one creation, or its failure.
   *
   * @throws `MT_CLIENT_CREATE_FAILED` (with the factory's error as `cause`, and `retryAfterMs`), `MT_CLIENT_CREATE_TIMEOUT`,
   *   `MT_REGISTRY_CAPACITY`, `MT_REGISTRY_CLOSED`, `MT_CLIENT_RECURSIVE`, `MT_TENANT_IDENTIFIER_INVALID`, the signal's reason
   */
  async acquire(tenantId: string, options: AcquireOptions = {}): Promise<TenantClientLease<TClient>> {
    const { signal, timeoutMs = this.#options.acquireTimeoutMs } = options;
    if (!(timeoutMs > 0)) throw new ArgumentInvalidError('timeoutMs', timeoutMs, 'milliseconds above 0');
    const lease = this.tryAcquire(tenantId);
    if (lease !== undefined) return lease;
    this.#assertOpen(tenantId);
    const creation = this.#creations.findOrBegin(tenantId, this.#template(tenantId), 'replaced');
    return creation.join((entry) => this.#roster.lend(entry), { signal, timeoutMs });
  }

  /** Lends the tenant's client if it is there now; never creates one. Counts as use. */
  tryAcquire(tenantId: string): TenantClientLease<TClient> | undefined {
    const entry = this.#seek(tenantId);
    if (entry === undefined || !this.#isFit(entry)) return undefined;
    return this.#roster.lend(entry);
  }

  /** Lends the client to a function, and takes it back when that has settled. Errors as {@link acquire}, and the function's. */
  async use<R>(tenantId: string, fn: (client: TClient) => R | Promise<R>, options?: AcquireOptions): Promise<R> {
    const lease = await this.acquire(tenantId, options);
    try {
      return await fn(lease.client);
    } finally {
      lease.release();
    }
  }

  /**
   * Makes a new client, then puts it in the place of the present one, which drains. Until then the present one is lent,
   * and it stays if the new one cannot be made.
   *
   * @throws `MT_CLIENT_NOT_FOUND`, and as {@link acquire}
   */
  async refresh(tenantId: string): Promise<void> {
    this.#assertOpen(tenantId);
    const entry = this.#roster.find(tenantId);
    if (entry === undefined) throw new TenantClientNotFoundError(this.name, tenantId);
    await this.#successionOf(entry).join(() => undefined);
  }

  /**
   * Detaches the tenant's client at once, waits for its loans, disposes it. Aborts a creation under way and forgets past
   * failures, so that the next `acquire` tries afresh.
   *
   * @returns whether there was anything to evict; settles when it is gone
   */
  async evict(tenantId: string): Promise<boolean> {
    const entry = this.#roster.find(assertTenantId(tenantId));
    this.#failures.clear(tenantId);
    const cause = new Error('It was evicted while being created.');
    const aborted = this.#creations.abort(tenantId, new TenantClientCreateFailedError(this.name, tenantId, cause, 0));
    if (entry !== undefined) await this.#roster.detach(entry, 'invalidated');
    return aborted || entry !== undefined;
  }

  /**
   * Evicts what nobody used for longer than `idleMs`, and what fails its check. Never runs beside itself: a second call
   * waits for the first. Takes time in proportion to what it evicts.
   *
   * @param idleMs 0 and up; 0 = everything that is neither on loan nor pinned. Default: `idleTimeoutMs`
   * @returns what it evicted and why, once what was idle is disposed
   * @throws `MT_ARGUMENT_INVALID`
   */
  async cleanUp(idleMs: number = this.#options.idleTimeoutMs): Promise<readonly EvictedClient[]> {
    assertDuration('idleMs', idleMs);
    const sweep = this.#lastSweep.then(() => this.#sweepOnce(idleMs));
    this.#lastSweep = sweep.catch(() => undefined);
    return sweep;
  }

  /** Keeps the tenant's client from ever being idle. @returns whether there is one */
  pin(tenantId: string): boolean {
    return this.#setPinned(tenantId, true);
  }

  /** Lets the tenant's client age again, from now. @returns whether there is one */
  unpin(tenantId: string): boolean {
    return this.#setPinned(tenantId, false);
  }

  /** What the registry is doing, and has done since it was made. */
  stats(): RegistryStats {
    const { clients: occupied, weight, waiting } = this.#gate;
    const [creating, draining] = [this.#creations.size, this.#retirements.size];
    return { ...this.#counters.snapshot(), size: this.size, creating, draining, occupied, weight, waiting };
  }

  /** Listens to an event. What the listener throws is ignored. @returns a function that takes it off */
  on<N extends RegistryEventName>(name: N, listener: RegistryListener<N>): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * Refuses new work at once, waits for loans to come back, disposes every client. Idempotent: every call gets the same
   * report. Past the deadline, clients on loan are disposed all the same and named in the report.
   *
   * @param options `deadlineMs`: milliseconds for the loans, 0 and up; default `drainTimeoutMs`
   */
  async close({ deadlineMs = this.#options.drainTimeoutMs }: { deadlineMs?: number } = {}): Promise<CloseReport> {
    assertDuration('deadlineMs', deadlineMs);
    return (this.#closing ??= this.#shutDown(deadlineMs));
  }

  async #shutDown(deadlineMs: number): Promise<CloseReport> {
    const forced: string[] = [];
    let disposed = 0;
    const off = this.#events.on('disposed', (event) => {
      disposed += 1;
      if (event.forced) forced.push(event.tenantId);
    });
    for (const tenantId of this.#creations.tenantIds()) this.#creations.abort(tenantId, new RegistryClosedError(this.name));
    const timer = this.#options.clock.setTimer(() => this.#retirements.force(), deadlineMs);
    for (const entry of this.#roster.all()) void this.#roster.detach(entry, 'shutdown', deadlineMs);
    await Promise.all([this.#retirements.settled(), this.#builder.settled(), this.#lastSweep]);
    timer.clear();
    off();
    return { disposed, forced };
  }

  async #sweepOnce(idleMs: number): Promise<readonly EvictedClient[]> {
    const evicted = await this.#roster.sweep(idleMs);
    const { check, clock, createTimeoutMs } = this.#options;
    if (check === undefined) return evicted;
    await checkAll(this.#roster.all(), ({ client, tenantId }) => check(client, tenantId), clock, createTimeoutMs, (entry) => {
      if (!entry.isReady) return;
      evicted.push({ tenantId: entry.tenantId, cause: 'unhealthy', idleMs: clock.now() - entry.lastUsed });
      void this.#roster.detach(entry, 'unhealthy');
    });
    return evicted;
  }

  /** The entry for a use. */
  #seek(tenantId: string): ClientEntry<TClient> | undefined {
    const entry = this.#roster.find(tenantId);
    if (entry === undefined) assertTenantId(tenantId);
    this.#counters.count(entry !== undefined);
    return entry;
  }

  #assertOpen(tenantId: string): void {
    assertTenantId(tenantId);
    if (this.closed) throw new RegistryClosedError(this.name);
  }

  /** Whether what is there is to be kept. @throws `MT_CLIENT_EXISTS`, `MT_ARGUMENT_INVALID` */
  #keepsPresent(tenantId: string, onExisting: OnExisting = 'error'): boolean {
    if (!['error', 'keep', 'replace'].includes(onExisting)) {
      throw new ArgumentInvalidError('onExisting', onExisting, 'error, keep or replace');
    }
    const present = this.#roster.find(tenantId) !== undefined || this.#creations.find(tenantId) !== undefined;
    if (present && onExisting === 'error') throw new TenantClientExistsError(this.name, tenantId);
    return present && onExisting === 'keep';
  }

  #template(tenantId: string): () => TOptions {
    const { template } = this.#options;
    return () => copyOptions(typeof template === 'function' ? (template as (id: string) => TOptions)(tenantId) : (template as TOptions));
  }

  async #createBy(tenantId: string, recipe: () => TOptions, { onExisting, signal }: CreateOptions): Promise<TClient> {
    this.#assertOpen(tenantId);
    const keeps = this.#keepsPresent(tenantId, onExisting);
    const present = this.get(tenantId);
    if (keeps && present !== undefined) return present;
    const running = this.#creations.find(tenantId);
    if (running !== undefined && !keeps) {
      await running.join(() => undefined, { signal }).catch(() => signal?.throwIfAborted());
      return this.#createBy(tenantId, recipe, { onExisting: 'replace', ...(signal && { signal }) });
    }
    return this.#creations.findOrBegin(tenantId, recipe, 'replaced').join(({ client }) => client, { signal });
  }

  #successionOf(entry: ClientEntry<TClient>): Creation<TClient> {
    const recipe = (entry.recipe as (() => TOptions) | undefined) ?? this.#template(entry.tenantId);
    return this.#creations.findOrBegin(entry.tenantId, recipe, 'rotated');
  }

  /** Whether a client may be lent. One past its lifetime is renewed behind the users' backs, or let go when it has none. */
  #isFit(entry: ClientEntry<TClient>): boolean {
    if (entry.renewAt === Infinity || this.#options.clock.now() < entry.renewAt) return true;
    if (entry.leases === 0) void this.#roster.detach(entry, 'rotated');
    else void this.refresh(entry.tenantId).catch(() => undefined);
    return entry.isReady;
  }

  #setPinned(tenantId: string, pinned: boolean): boolean {
    const entry = this.#roster.find(assertTenantId(tenantId));
    if (entry !== undefined && entry.pinned !== pinned) this.#roster.setPinned(entry, pinned);
    return entry !== undefined;
  }

  async #waitForRoom(tenantId: string, weight: number): Promise<Ticket> {
    const { clock, acquireTimeoutMs } = this.#options;
    const patience = new AbortController();
    const why = `every client is in use and none came free within ${acquireTimeoutMs} ms`;
    const timer = clock.setTimer(() => patience.abort(new RegistryCapacityError(this.name, tenantId, why)), acquireTimeoutMs);
    try {
      return await this.#gate.enterWith(tenantId, weight, patience.signal);
    } finally {
      timer.clear();
    }
  }
}

function assertDuration(argument: string, value: number): void {
  if (typeof value !== 'number' || !(value >= 0)) throw new ArgumentInvalidError(argument, value, 'milliseconds, 0 and up');
}
