import {
  TenantClientCreateFailedError,
  TenantClientCreateTimeoutError,
  TenantClientFactoryFaultError,
} from '../../errors/client.errors.js';
import { outsideScopes } from '../../kernel/outside-scopes.js';
import type { FailureLog } from './failure-log.js';
import type { ClientBuilder, Recipe } from './client-builder.js';
import type { ClientEntry } from '../client-entry.js';
import type { ClientRoster } from '../client-roster.js';
import type { Clock } from '../../kernel/clock.js';
import { Creation } from './creation.js';
import { FactoryFault } from './factory-call.js';
import { PassedFailure } from './passed-failure.js';
import type { RegistryEvents } from '../registry-events.js';
import type { EvictionCause } from '../registry-options.js';
import type { RegistryCounters } from '../registry-stats.js';
import { TenantMap } from '../tenant-map.js';

/** What creations work with. */
export interface CreationsParts<TClient, TOptions> {
  readonly kind: string;
  readonly clock: Clock;
  readonly createTimeoutMs: number;
  readonly acquireTimeoutMs: number;
  /** Whether the present client is disposed before another one is made. */
  readonly exclusive: boolean;
  readonly events: RegistryEvents;
  readonly counters: RegistryCounters;
  readonly roster: ClientRoster<TClient>;
  readonly builder: ClientBuilder<TClient, TOptions>;
  readonly failures: FailureLog;
}

/** A client whose bases change while it is made is made again, so often at most. */
const MOST_ATTEMPTS = 3;

/** The clients that are being made: at most one per tenant, the first one or a successor. */
export class ClientCreations<TClient, TOptions> {
  readonly #parts: CreationsParts<TClient, TOptions>;
  readonly #running = new TenantMap<Creation<TClient>>();

  constructor(parts: CreationsParts<TClient, TOptions>) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#running.size;
  }

  /** The creation under way, or `undefined`. */
  find(tenantId: string): Creation<TClient> | undefined {
    return this.#running.get(tenantId);
  }

  /**
   * The creation under way, or a new one. The caller joins it in the same turn: one without waiters is not
   * given up before a waiter has left.
   *
   * @param cause of the eviction of a client that is there when the new one is
   * @throws `MT_CLIENT_CREATE_FAILED` while past failures forbid an attempt
   */
  findOrBegin(tenantId: string, recipe: Recipe<TOptions>, cause: EvictionCause): Creation<TClient> {
    const running = this.find(tenantId);
    if (running !== undefined) return running;
    const { kind, clock, failures, builder } = this.#parts;
    const refusal = failures.refusal(tenantId, clock.now());
    if (refusal !== null) throw refusal;
    const creation = new Creation<TClient>(kind, tenantId, clock, (abandoned) => this.#end(abandoned));
    this.#running.set(tenantId, creation);
    void builder.track(this.#run(creation, recipe, cause));
    return creation;
  }

  /** Makes a successor of a client whose base was renewed, in the background. Never throws. */
  renew({ tenantId, recipe, pinned }: ClientEntry<TClient>): void {
    const { acquireTimeoutMs: timeoutMs } = this.#parts;
    void outsideScopes(async () => {
      const creation = this.findOrBegin(tenantId, recipe as Recipe<TOptions>, 'dependency');
      creation.pinned ||= pinned;
      await creation.join(() => undefined, { timeoutMs, onlyForRoom: true });
    }).catch(() => undefined);
  }

  /** Aborts a creation; all waiting callers get the reason. @returns whether there was one */
  abort(tenantId: string, reason: Error): boolean {
    const creation = this.#running.get(tenantId);
    this.#running.delete(tenantId);
    creation?.fail(reason);
    return creation !== undefined;
  }

  /** Aborts every creation. */
  abortAll(reason: Error): void {
    for (const tenantId of [...this.#running.keys()]) this.abort(tenantId, reason);
  }

  /** Ends a creation with a client from elsewhere; all waiting callers get that. */
  supersede(entry: ClientEntry<TClient>): void {
    const creation = this.#running.get(entry.tenantId);
    creation?.succeed(entry);
    this.abort(entry.tenantId, new Error('Another client was put in its place.'));
  }

  #end(abandoned: Creation<TClient>): void {
    if (!this.#isRunning(abandoned)) return;
    this.abort(abandoned.tenantId, new Error('No caller waits for it any more.'));
  }

  #isRunning(creation: Creation<TClient>): boolean {
    return this.#running.get(creation.tenantId) === creation;
  }

  async #run(creation: Creation<TClient>, recipe: Recipe<TOptions>, cause: EvictionCause): Promise<void> {
    const { clock, builder } = this.#parts;
    const startedAt = clock.now();
    this.#clearTheWay(creation, cause);
    try {
      const entry = await this.#build(creation, recipe);
      if (!this.#isRunning(creation)) return await builder.discard(entry.client, entry.tenantId, entry.ticket);
      this.#publish(creation, entry, cause, clock.now() - startedAt);
    } catch (error) {
      if (this.#isRunning(creation)) this.#failed(creation, error, clock.now() - startedAt);
    }
  }

  /** Of an exclusive kind, the present client is disposed first. */
  #clearTheWay(creation: Creation<TClient>, cause: EvictionCause): void {
    const { roster, exclusive } = this.#parts;
    const present = exclusive ? roster.find(creation.tenantId) : undefined;
    if (present === undefined) return;
    creation.pinned = present.pinned;
    void roster.detach(present, cause);
  }

  /** Builds a client, and again when one that it was made with has been detached meanwhile: no call may reach that one. */
  async #build(creation: Creation<TClient>, recipe: Recipe<TOptions>): Promise<ClientEntry<TClient>> {
    const { builder } = this.#parts;
    for (let attempt = 1; ; attempt += 1) {
      const entry = await builder.build(creation, recipe);
      if (!this.#isRunning(creation) || !builder.isStale(entry)) return entry;
      void builder.discard(entry.client, entry.tenantId, entry.ticket);
      if (attempt === MOST_ATTEMPTS) throw new FactoryFault(new Error('A client that it depends on kept changing.'));
    }
  }

  #publish(creation: Creation<TClient>, entry: ClientEntry<TClient>, cause: EvictionCause, durationMs: number): void {
    const { kind, roster, failures, counters, events } = this.#parts;
    const { tenantId } = creation;
    this.#running.delete(tenantId);
    failures.clear(tenantId);
    counters.addCreation(durationMs);
    entry.pinned = creation.pinned;
    roster.install(entry, cause);
    creation.succeed(entry);
    events.emit('created', { kind, tenantId, durationMs });
    roster.makeRoom();
  }

  #failed(creation: Creation<TClient>, error: unknown, durationMs: number): void {
    this.#running.delete(creation.tenantId);
    creation.fail(this.#asFailure(creation.tenantId, error, durationMs));
  }

  /** Notes what is the factory's fault, so that it is not called again at once. */
  #asFailure(tenantId: string, error: unknown, durationMs: number): unknown {
    const timedOut = error instanceof TenantClientCreateTimeoutError;
    if (!timedOut && !(error instanceof FactoryFault)) return error;
    const { kind, clock, createTimeoutMs, failures, counters, events } = this.#parts;
    const cause = timedOut ? error : error.cause;
    if (cause instanceof PassedFailure) return cause.cause;
    const pauseMs = failures.add(tenantId, cause, clock.now());
    counters.failures += 1;
    events.emit('createFailed', { kind, tenantId, error: cause, durationMs });
    if (cause instanceof TenantClientFactoryFaultError) return cause;
    return timedOut
      ? new TenantClientCreateTimeoutError(kind, tenantId, createTimeoutMs, pauseMs)
      : new TenantClientCreateFailedError(kind, tenantId, cause, pauseMs);
  }
}
