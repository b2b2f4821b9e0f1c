import {
  TenantClientCreateFailedError,
  TenantClientCreateTimeoutError,
  TenantClientRecursiveError,
} from '../errors/client.errors.js';
import type { FailureLog } from './backoff.js';
import type { ClientBuilder } from './client-builder.js';
import { FactoryFault } from './client-builder.js';
import type { ClientEntry } from './client-entry.js';
import type { ClientRoster } from './client-roster.js';
import type { Clock } from './clock.js';
import { isWithinCreation } from './creation-chain.js';
import { Creation } from './creation.js';
import type { RegistryEvents } from './registry-events.js';
import type { EvictionCause } from './registry-options.js';
import type { RegistryCounters } from './registry-stats.js';

/** What creations work with. */
export interface CreationsParts<TClient, TOptions> {
  readonly kind: string;
  readonly clock: Clock;
  readonly createTimeoutMs: number;
  readonly events: RegistryEvents;
  readonly counters: RegistryCounters;
  readonly roster: ClientRoster<TClient>;
  readonly builder: ClientBuilder<TClient, TOptions>;
  readonly failures: FailureLog;
}

/** The clients that are being made: at most one per tenant, be it the first one or a successor of one that is there. */
export class ClientCreations<TClient, TOptions> {
  readonly #parts: CreationsParts<TClient, TOptions>;
  readonly #running = new Map<string, Creation<TClient>>();

  constructor(parts: CreationsParts<TClient, TOptions>) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#running.size;
  }

  /** The tenants whose clients are being made. */
  tenantIds(): string[] {
    return [...this.#running.keys()];
  }

  /** The creation under way, or `undefined`. @throws `MT_CLIENT_RECURSIVE` from within its own factory */
  find(tenantId: string): Creation<TClient> | undefined {
    const running = this.#running.get(tenantId);
    if (running !== undefined && isWithinCreation(this, tenantId)) {
      throw new TenantClientRecursiveError(this.#parts.kind, tenantId);
    }
    return running;
  }

  /**
   * The creation under way, or a new one.
   *
   * @param cause of the eviction of a client that is there when the new one is
   * @throws `MT_CLIENT_CREATE_FAILED` while past failures forbid an attempt; `MT_CLIENT_RECURSIVE`
   */
  findOrBegin(tenantId: string, recipe: () => TOptions, cause: EvictionCause): Creation<TClient> {
    const running = this.find(tenantId);
    if (running !== undefined) return running;
    const { kind, clock, failures } = this.#parts;
    const refusal = failures.refusal(tenantId, clock.now());
    if (refusal !== null) throw refusal;
    const creation = new Creation<TClient>(kind, tenantId, clock, () => this.abort(tenantId, new Error('Nobody waits for it any more.')));
    this.#running.set(tenantId, creation);
    void this.#run(creation, recipe, cause);
    return creation;
  }

  /** Gives a creation up; all who wait get the reason. @returns whether there was one */
  abort(tenantId: string, reason: Error): boolean {
    const creation = this.#running.get(tenantId);
    this.#running.delete(tenantId);
    creation?.fail(reason);
    return creation !== undefined;
  }

  /** Ends a creation with a client from elsewhere; all who wait get that. */
  supersede(tenantId: string, entry: ClientEntry<TClient>): void {
    const creation = this.#running.get(tenantId);
    this.#running.delete(tenantId);
    creation?.succeed(entry);
    creation?.fail(new Error('Another client was put in its place.'));
  }

  async #run(creation: Creation<TClient>, recipe: () => TOptions, cause: EvictionCause): Promise<void> {
    const { clock, builder } = this.#parts;
    const startedAt = clock.now();
    try {
      const entry = await builder.build(this, creation, recipe);
      if (this.#running.get(creation.tenantId) === creation) this.#publish(creation, entry, cause, clock.now() - startedAt);
      else void builder.discard(entry.client, entry.tenantId, entry.ticket);
    } catch (error) {
      this.#failed(creation, error);
    }
  }

  #publish(creation: Creation<TClient>, entry: ClientEntry<TClient>, cause: EvictionCause, durationMs: number): void {
    const { kind, roster, failures, counters, events } = this.#parts;
    const { tenantId } = creation;
    this.#running.delete(tenantId);
    failures.clear(tenantId);
    counters.addCreation(durationMs);
    roster.install(entry, cause);
    creation.succeed(entry);
    events.emit('created', { kind, tenantId, durationMs });
  }

  #failed(creation: Creation<TClient>, error: unknown): void {
    if (this.#running.get(creation.tenantId) !== creation) return;
    this.#running.delete(creation.tenantId);
    creation.fail(this.#asFailure(creation.tenantId, error));
  }

  /** Notes what is the factory's fault, so that it is not called again at once. */
  #asFailure(tenantId: string, error: unknown): unknown {
    const timedOut = error instanceof TenantClientCreateTimeoutError;
    if (!timedOut && !(error instanceof FactoryFault)) return error;
    const { kind, clock, createTimeoutMs, failures, counters, events } = this.#parts;
    const cause = timedOut ? error : error.cause;
    const pauseMs = failures.add(tenantId, cause, clock.now());
    counters.failures += 1;
    events.emit('createFailed', { kind, tenantId, error: cause });
    return timedOut
      ? new TenantClientCreateTimeoutError(kind, tenantId, createTimeoutMs, pauseMs)
      : new TenantClientCreateFailedError(kind, tenantId, cause, pauseMs);
  }
}
