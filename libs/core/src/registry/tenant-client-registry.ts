import {
  RegistryClosedError,
  TemplateMissingError,
  TenantClientCreateFailedError,
  TenantClientNotFoundError,
} from '../errors/client.errors.js';
import { keepAlive } from '../kernel/keep-alive.js';
import { tenantId as assertTenantId } from '../tenant/tenant-id.js';
import { assertDuration, assertPositiveDuration } from '../kernel/argument-checks.js';
import type { Recipe } from './creation/client-builder.js';
import type { ClientEntry } from './client-entry.js';
import { copyOptions } from './creation/copy-options.js';
import type { WaitLimits } from './creation/creation.js';
import { callingCreation } from './creation/creation-chain.js';
import { ACQUIRE_AS_BASE } from './base-registry.js';
import type { BaseRegistry } from './base-registry.js';
import type { Dependent } from './dependent.js';
import type { TenantClientLease } from './lease.js';
import type { RegistryEventName, RegistryListener } from './registry-events.js';
import type { TenantClientRegistryOptions } from './registry-options.js';
import { assembleRegistry } from './registry-parts.js';
import type { RegistryParts } from './registry-parts.js';
import type { RegistryStats } from './registry-stats.js';
import type {
  AcquireOptions,
  AddOptions,
  ClientSnapshot,
  CloseOptions,
  CloseReport,
  CreateOptions,
  EvictedClient,
} from './registry-types.js';
import { shutDown } from './disposal/shut-down.js';

/**
 * One live client per tenant: created once, leased, bounded in number, closed when idle, and never while it is in use. Knows
 * tenant ids only; usable without Nest.
 *
 * The application's callbacks (factory, disposer, weight, check, listeners) run outside of every scope, wherever the registry was
 * made. A promise that a method returns keeps the process alive until it settles; nothing else of the registry does.
 *
 * @typeParam TClient the client: a pool, an SDK, an HTTP client. Never `null` or `undefined`
 * @typeParam TOptions what the factory gets as `options`
 */
export class TenantClientRegistry<TClient, TOptions = unknown> implements BaseRegistry {
  /** Name of the client kind. */
  readonly name: string;
  readonly #parts: RegistryParts<TClient, TOptions>;
  #closing: Promise<CloseReport> | null = null;

  /** @throws `MT_OPTIONS_INVALID` naming the option, its value and the allowed range */
  constructor(options: TenantClientRegistryOptions<TClient, TOptions>) {
    this.#parts = assembleRegistry(options);
    this.name = this.#parts.options.name;
  }

  /** Clients that can be leased now. */
  get size(): number {
    return this.#parts.roster.size;
  }

  /** Whether {@link close} was called. */
  get closed(): boolean {
    return this.#parts.gate.isShut;
  }

  /** The tenant's client, or `undefined`. Counts as use. @throws `MT_TENANT_IDENTIFIER_INVALID` for a malformed id */
  get(tenantId: string): TClient | undefined {
    const entry = this.#seek(tenantId);
    return entry && this.#parts.roster.use(entry);
  }

  /** The tenant's client. Counts as use. @throws {@link TenantClientNotFoundError} `MT_CLIENT_NOT_FOUND` */
  getOrThrow(tenantId: string): TClient {
    const client = this.get(tenantId);
    if (client === undefined) throw new TenantClientNotFoundError(this.name, tenantId);
    return client;
  }

  /** As {@link get}, but does not count as use. */
  peek(tenantId: string): TClient | undefined {
    return this.#parts.roster.find(assertTenantId(tenantId))?.client;
  }

  /** Whether the tenant has a client that can be leased now. Does not count as use. */
  has(tenantId: string): boolean {
    return this.#parts.roster.find(assertTenantId(tenantId)) !== undefined;
  }

  /** What is known of each client that can be leased, without the clients. Does not count as use. */
  entries(): IterableIterator<ClientSnapshot> {
    return this.#parts.roster.snapshots();
  }

  /**
   * Creates the tenant's client from the template.
   *
   * @returns the client; it is not leased
   * @throws `MT_TEMPLATE_MISSING`, `MT_CLIENT_EXISTS` (with `onExisting: 'error'`), and as {@link acquire}
   */
  async create(tenantId: string, options: CreateOptions = {}): Promise<TClient> {
    this.#assertOpen(tenantId);
    if (this.#parts.options.template === undefined) throw new TemplateMissingError(this.name);
    return this.#awaited(this.#parts.placement.build(tenantId, undefined, options));
  }

  /** As {@link create}, from explicit options. They stay the caller's: the factory gets a copy. */
  async createFrom(tenantId: string, clientOptions: TOptions, options: CreateOptions = {}): Promise<TClient> {
    this.#assertOpen(tenantId);
    const kept = copyOptions(clientOptions);
    return this.#awaited(this.#parts.placement.build(tenantId, () => copyOptions(kept), options));
  }

  /**
   * Adopts a client that the caller made. Adopted before the call returns where there is room, else as soon as there is;
   * from then on it belongs to the registry, while a client that was refused stays the caller's. A client that it replaces
   * drains and is disposed. One client belongs to one tenant.
   *
   * @returns whether it was adopted; `false` with `onExisting: 'keep'`, and when it is the tenant's client already
   * @throws `MT_CLIENT_EXISTS`, `MT_TENANT_IDENTIFIER_INVALID`, `MT_ARGUMENT_INVALID`, `MT_REGISTRY_CAPACITY`,
   *   `MT_REGISTRY_CLOSED`, and what `weigh` throws
   */
  async add(tenantId: string, client: TClient, options: AddOptions<TClient> = {}): Promise<boolean> {
    this.#assertOpen(tenantId);
    return this.#awaited(this.#parts.placement.adopt(tenantId, client, options));
  }

  /**
   * Leases the tenant's client; creates it if there is none. Concurrent callers share one creation, or its failure.
   *
   * @throws `MT_CLIENT_CREATE_FAILED` (with the factory's error as `cause`, and `retryAfterMs`), `MT_CLIENT_CREATE_TIMEOUT`,
   *   `MT_REGISTRY_CAPACITY`, `MT_REGISTRY_CLOSED`, `MT_CLIENT_RECURSIVE`, `MT_TENANT_IDENTIFIER_INVALID`, the signal's reason
   */
  async acquire(tenantId: string, options: AcquireOptions = {}): Promise<TenantClientLease<TClient>> {
    const { signal, timeoutMs = this.#parts.options.acquireTimeoutMs } = options;
    assertPositiveDuration('timeoutMs', timeoutMs);
    signal?.throwIfAborted();
    return this.#acquire(tenantId, { signal, timeoutMs }, callingCreation()?.dependentOf(tenantId));
  }

  /** @internal */
  [ACQUIRE_AS_BASE](tenantId: string, dependent: Dependent, signal: AbortSignal): Promise<TenantClientLease<TClient>> {
    return this.#acquire(tenantId, { signal, timeoutMs: this.#parts.options.acquireTimeoutMs }, dependent);
  }

  /** Leases the tenant's client if it is there now; never creates one. Counts as use. */
  tryAcquire(tenantId: string): TenantClientLease<TClient> | undefined {
    const entry = this.#seek(tenantId);
    return entry && this.#parts.roster.lease(entry);
  }

  /** Leases the client to a function, and releases it when that has settled. Errors as {@link acquire}, and the function's. */
  async use<R>(tenantId: string, fn: (client: TClient) => R | Promise<R>, options?: AcquireOptions): Promise<R> {
    const lease = await this.acquire(tenantId, options);
    try {
      return await fn(lease.client);
    } finally {
      lease.release();
    }
  }

  /**
   * Makes a new client, then puts it in the place of the present one, which drains. Until then the present one is leased,
   * and it stays if the new one cannot be made.
   *
   * @throws `MT_CLIENT_NOT_FOUND`, and as {@link acquire}
   */
  async refresh(tenantId: string): Promise<void> {
    this.#assertOpen(tenantId);
    const entry = this.#parts.roster.find(tenantId);
    if (entry === undefined) throw new TenantClientNotFoundError(this.name, tenantId);
    await this.#awaited(this.#renew(entry));
  }

  /**
   * Detaches the tenant's client at once, waits for its leases, disposes it. Aborts a creation under way and drops past
   * failures, so that the next `acquire` tries afresh.
   *
   * @returns whether there was anything to evict; settles when it is gone
   */
  async evict(tenantId: string): Promise<boolean> {
    const { roster, failures, creations } = this.#parts;
    const entry = roster.find(assertTenantId(tenantId));
    failures.clear(tenantId);
    // Before the abort, which a factory receives at once: what it then does with the registry is done after the eviction.
    const gone = entry && roster.detach(entry, 'invalidated');
    const cause = new Error('It was evicted while being created.');
    const aborted = creations.abort(tenantId, new TenantClientCreateFailedError(this.name, tenantId, cause, 0));
    if (gone !== undefined) await this.#awaited(gone);
    return aborted || entry !== undefined;
  }

  /**
   * Evicts the tenant's client if it is neither leased nor pinned; a creation under way continues.
   *
   * @returns whether it was evicted; settles when it is gone
   */
  async evictUnused(tenantId: string): Promise<boolean> {
    const entry = this.#parts.roster.find(assertTenantId(tenantId));
    if (entry?.ages !== true) return false;
    await this.#awaited(this.#parts.roster.detach(entry, 'idle'));
    return true;
  }

  /**
   * Evicts clients that were idle for longer than `idleMs`, and those that fail their check. Never runs beside itself: a second call
   * waits for the first. Takes time in proportion to what it evicts.
   *
   * @param idleMs 0 and up; 0 = everything that is neither in use nor pinned. Default: `idleTimeoutMs`
   * @returns what it evicted and why, once what was idle is disposed
   * @throws `MT_ARGUMENT_INVALID`
   */
  async cleanUp(idleMs: number = this.#parts.options.idleTimeoutMs): Promise<readonly EvictedClient[]> {
    assertDuration('idleMs', idleMs);
    return this.#awaited(this.#parts.cleanUp.run(idleMs));
  }

  /** Pins the tenant's client: it never counts as idle. @returns whether there is one */
  pin(tenantId: string): boolean {
    return this.#setPinned(tenantId, true);
  }

  /** Unpins the tenant's client: its idle time starts now. @returns whether there is one */
  unpin(tenantId: string): boolean {
    return this.#setPinned(tenantId, false);
  }

  /** What the registry is doing, and has done since it was made. */
  stats(): RegistryStats {
    const { gate, creations, retirements, counters } = this.#parts;
    const { clients: occupied, weight, waiting } = gate;
    const [creating, draining] = [creations.size, retirements.size];
    return { ...counters.snapshot(), size: this.size, creating, draining, occupied, weight, waiting };
  }

  /** Listens to an event. What the listener throws is ignored. @returns a function that takes it off */
  on<N extends RegistryEventName>(name: N, listener: RegistryListener<N>): () => void {
    return this.#parts.events.on(name, listener);
  }

  /**
   * Refuses new work at once, waits for leases to be released, disposes every client. Idempotent: every call gets the same
   * report. Past the deadline, clients in use are disposed all the same and named in the report.
   *
   * @param options `deadlineMs`: milliseconds for the leases, 0 and up; default `drainTimeoutMs`
   */
  async close({ deadlineMs = this.#parts.options.drainTimeoutMs }: CloseOptions = {}): Promise<CloseReport> {
    assertDuration('deadlineMs', deadlineMs);
    this.#parts.gate.shut();
    this.#closing ??= this.#awaited(shutDown(this.#parts, deadlineMs, new RegistryClosedError(this.name)));
    return this.#closing;
  }

  /** @param dependent the client that is made with the one that is acquired, where a factory acquires it */
  async #acquire(
    tenantId: string,
    limits: WaitLimits,
    dependent: Dependent | undefined,
  ): Promise<TenantClientLease<TClient>> {
    const { creations, roster } = this.#parts;
    const lease = (entry: ClientEntry<TClient>): TenantClientLease<TClient> =>
      dependent === undefined ? roster.lease(entry) : roster.leaseTo(entry, dependent);
    const present = this.#seek(tenantId);
    if (present !== undefined) return lease(present);
    this.#assertOpen(tenantId);
    return this.#awaited(creations.findOrBegin(tenantId, undefined, 'replaced').join(lease, limits));
  }

  /** The entry for a use. One past its lifetime is renewed in the background. */
  #seek(tenantId: string): ClientEntry<TClient> | undefined {
    const { roster, counters, options } = this.#parts;
    const entry = roster.find(tenantId);
    if (entry === undefined) assertTenantId(tenantId);
    counters.count(entry !== undefined);
    if (entry !== undefined && entry.renewAt !== null && entry.renewAt <= options.clock.now()) {
      this.#renew(entry).catch(() => undefined);
    }
    // Of an exclusive kind, what is renewed is not leased any more.
    return entry?.isReady ? entry : undefined;
  }

  #assertOpen(tenantId: string): void {
    assertTenantId(tenantId);
    this.#parts.gate.assertOpen();
  }

  async #renew({ tenantId, recipe }: ClientEntry<TClient>): Promise<void> {
    const { creations, placement } = this.#parts;
    const creation = creations.findOrBegin(tenantId, recipe as Recipe<TOptions>, 'rotated');
    await creation.join(() => undefined, placement.waitLimits());
  }

  /** What a caller awaits keeps the process alive. */
  #awaited<R>(work: Promise<R>): Promise<R> {
    return keepAlive(this.#parts.options.clock, work);
  }

  #setPinned(tenantId: string, pinned: boolean): boolean {
    const { roster } = this.#parts;
    const entry = roster.find(assertTenantId(tenantId));
    if (entry !== undefined && entry.pinned !== pinned) roster.setPinned(entry, pinned);
    return entry !== undefined;
  }
}
