import { AsyncLocalStorage } from 'node:async_hooks';
import { TenantClientCreateTimeoutError } from '../errors/client.errors.js';
import type { CapacityGate, Ticket } from './capacity-gate.js';
import { ClientEntry } from './client-entry.js';
import type { EntryParts } from './client-entry.js';
import type { Creation } from './creation.js';
import { withinCreation } from './creation-chain.js';
import type { Disposer } from './disposer.js';
import type { RegistryEvents } from './registry-events.js';
import type { ResolvedRegistryOptions } from './resolve-registry-options.js';
import { tellDisposal } from './retirements.js';

/** Share of a lifetime by which clients that were made together are renewed apart. */
const LIFETIME_JITTER = 0.1;

/** Marks an error as the factory's own fault, in contrast to want of room or of patience. */
export class FactoryFault {
  constructor(readonly cause: unknown) {}
}

/** Brings one client into being: room, factory, deadline, weight. What comes too late is disposed, never handed out. */
export class ClientBuilder<TClient, TOptions> {
  readonly #options: ResolvedRegistryOptions<TClient, TOptions>;
  readonly #gate: CapacityGate;
  readonly #disposer: Disposer;
  readonly #events: RegistryEvents;
  readonly #outside = AsyncLocalStorage.snapshot();
  /** Factories that were given up and still run, by tenant. */
  readonly #lingering = new Map<string, Promise<void>>();
  /** Rooms that are freed by whoever winds the client up, not by {@link build}. */
  readonly #handedOver = new WeakSet<Ticket>();

  constructor(
    options: ResolvedRegistryOptions<TClient, TOptions>,
    gate: CapacityGate,
    disposer: Disposer,
    events: RegistryEvents,
  ) {
    this.#options = options;
    this.#gate = gate;
    this.#disposer = disposer;
    this.#events = events;
  }

  /**
   * Builds a client for a creation.
   *
   * @param registry identity of the registry, to notice recursion
   * @throws {@link FactoryFault}; `MT_CLIENT_CREATE_TIMEOUT`; `MT_REGISTRY_CAPACITY`; the creation's abort reason
   */
  async build(registry: object, creation: Creation<TClient>, recipe: () => TOptions): Promise<ClientEntry<TClient>> {
    const { tenantId, signal } = creation;
    await this.#predecessorGone(creation);
    const ticket = await this.#gate.enter(tenantId, signal);
    creation.started = true;
    try {
      if (signal.aborted) throw signal.reason;
      const options = callFactory(recipe);
      const client = await this.#deliver(registry, creation, options, ticket);
      await this.#load(client, tenantId, ticket, signal);
      return this.entry({ tenantId, client, ticket, close: this.#options.dispose, recipe });
    } catch (error) {
      if (!this.#handedOver.has(ticket)) this.#gate.leave(ticket);
      throw error;
    }
  }

  /** An entry around a client that exists. */
  entry(parts: Omit<EntryParts<TClient>, 'createdAt' | 'renewAt'>): ClientEntry<TClient> {
    const { clock, random, maxLifetimeMs } = this.#options;
    const createdAt = clock.now();
    const renewAt = createdAt + maxLifetimeMs * (1 - LIFETIME_JITTER * random());
    return new ClientEntry({ ...parts, createdAt, renewAt });
  }

  /** Disposes a client that nobody can take any more, then frees its room. */
  async discard(client: TClient, tenantId: string, ticket: Ticket): Promise<void> {
    this.#handedOver.add(ticket);
    const what = { kind: this.#options.name, tenantId, cause: 'late' } as const;
    const result = await this.#disposer.dispose(client, this.#options.dispose, tenantId, 'late');
    this.#gate.leave(ticket);
    tellDisposal(this.#events, what, false, result);
  }

  /** Settles when no factory that was given up runs any more, or each has had `disposeTimeoutMs` to end. */
  async settled(): Promise<void> {
    await Promise.all(this.#lingering.values());
  }

  async #load(client: TClient, tenantId: string, ticket: Ticket, signal: AbortSignal): Promise<void> {
    try {
      const weight = callFactory(() => this.weigh(client));
      await this.#gate.load(tenantId, ticket, weight, signal);
    } catch (error) {
      void this.discard(client, tenantId, ticket);
      throw error;
    }
  }

  /** Weight of a client; 1 without `weigh`. @throws when `weigh` gives no number of at least 0 */
  weigh(client: TClient): number {
    const weight = this.#options.weigh?.(client) ?? 1;
    if (typeof weight !== 'number' || !(weight >= 0)) throw new Error(`weigh() gave ${String(weight)}; it must give a number of at least 0.`);
    return weight;
  }

  #deliver(registry: object, creation: Creation<TClient>, options: TOptions, ticket: Ticket): Promise<TClient> {
    const { name, clock, createTimeoutMs, create } = this.#options;
    const { tenantId, signal } = creation;
    const factory = withinCreation(this.#outside, registry, tenantId, () => create(tenantId, { options, signal }));
    return new Promise<TClient>((resolve, reject) => {
      const giveUp = (error: unknown): void => {
        settle();
        this.#linger(tenantId, factory, ticket);
        reject(error as Error);
      };
      const onAbort = (): void => giveUp(signal.reason);
      const timer = clock.setTimer(
        () => giveUp(new TenantClientCreateTimeoutError(name, tenantId, createTimeoutMs)),
        createTimeoutMs,
      );
      let open = true;
      const settle = (): void => {
        open = false;
        timer.clear();
        signal.removeEventListener('abort', onAbort);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      factory.then(
        (client) => {
          if (!open) return;
          settle();
          if (client === null || client === undefined) reject(new FactoryFault(new Error('The factory gave no client.')));
          else resolve(client);
        },
        (error: unknown) => {
          if (!open) return;
          settle();
          reject(new FactoryFault(error));
        },
      );
    });
  }

  /** Keeps the room of a factory that was given up until it ends; one that ignores its signal loses it after a while. */
  #linger(tenantId: string, factory: Promise<TClient>, ticket: Ticket): void {
    const { clock, disposeTimeoutMs } = this.#options;
    this.#handedOver.add(ticket);
    const ended = factory.then(
      (client) => (client === null || client === undefined ? undefined : this.discard(client, tenantId, ticket)),
      () => undefined,
    );
    const over = new Promise<void>((resolve) => {
      const timer = clock.setTimer(resolve, disposeTimeoutMs);
      void ended.then(() => {
        timer.clear();
        resolve();
      });
    }).then(() => {
      if (this.#lingering.get(tenantId) === over) this.#lingering.delete(tenantId);
      this.#gate.leave(ticket);
    });
    this.#lingering.set(tenantId, over);
  }

  /** Waits until a given-up factory of the same tenant has ended, so that two never run at once. */
  async #predecessorGone({ tenantId, signal }: Creation<TClient>): Promise<void> {
    const predecessor = this.#lingering.get(tenantId);
    if (predecessor === undefined) return;
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      void predecessor.then(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
    });
  }
}

function callFactory<R>(fn: () => R): R {
  try {
    return fn();
  } catch (error) {
    throw new FactoryFault(error);
  }
}
