import { TenantClientCreateTimeoutError } from '../errors/client.errors.js';
import { outsideScopes } from '../kernel/outside-scopes.js';
import type { CapacityGate, Ticket } from './capacity-gate.js';
import { ClientEntry } from './client-entry.js';
import type { EntryParts } from './client-entry.js';
import { copyOptions } from './copy-options.js';
import { withinCreation } from './creation-chain.js';
import type { Creation } from './creation.js';
import type { Disposer } from './disposer.js';
import { FactoryCall, FactoryFault } from './factory-call.js';
import type { RegistryEvents } from './registry-events.js';
import type { ResolvedRegistryOptions } from './resolve-registry-options.js';
import { tellDisposal } from './retirements.js';
import { TenantMap } from './tenant-map.js';

/** Share of a lifetime by which clients that were made together are renewed apart. */
const LIFETIME_JITTER = 0.1;

/** Makes the options of a client; `undefined` = the template does. */
export type Recipe<TOptions> = (() => TOptions) | undefined;

/** Brings one client into being: room, factory, deadline, weight. What comes too late is disposed, never handed out. */
export class ClientBuilder<TClient, TOptions> {
  readonly #options: ResolvedRegistryOptions<TClient, TOptions>;
  readonly #gate: CapacityGate;
  readonly #disposer: Disposer;
  readonly #events: RegistryEvents;
  /** Factories that run, also those that were given up, by tenant. */
  readonly #factories = new TenantMap<{ readonly creation: Creation<TClient>; readonly over: Promise<void> }>();
  readonly #unfinished = new Set<Promise<unknown>>();

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
   * Builds a client for a creation. Its room is the entry's ticket; when it fails, the room is given back.
   *
   * @throws {@link FactoryFault}; `MT_CLIENT_CREATE_TIMEOUT`; `MT_REGISTRY_CAPACITY`; the creation's abort reason
   */
  async build(creation: Creation<TClient>, recipe: Recipe<TOptions>): Promise<ClientEntry<TClient>> {
    const { tenantId, signal } = creation;
    await this.#predecessorGone(creation);
    const ticket = await awaitingRoom(creation, () => this.#gate.enter(tenantId, signal));
    if (signal.aborted) {
      this.#gate.leave(ticket);
      throw signal.reason;
    }
    const client = await this.#callFactory(creation, recipe, ticket);
    await this.#load(creation, client, ticket);
    return this.entry({ tenantId, client, ticket, close: this.#options.dispose, recipe });
  }

  /** An entry around a client that exists. */
  entry(parts: Omit<EntryParts<TClient>, 'createdAt' | 'renewAt'>): ClientEntry<TClient> {
    const { clock, random, maxLifetimeMs } = this.#options;
    const createdAt = clock.now();
    const renewAt = maxLifetimeMs === Infinity ? null : createdAt + maxLifetimeMs * (1 - LIFETIME_JITTER * random());
    return new ClientEntry({ ...parts, createdAt, renewAt });
  }

  /** Weight of a client, asked outside of every scope; 1 without `weigh`. @throws when `weigh` throws or gives no number of at least 0 */
  weigh(client: TClient): number {
    const { weigh } = this.#options;
    const weight = weigh === undefined ? 1 : outsideScopes(() => weigh(client));
    if (typeof weight === 'number' && weight >= 0) return weight;
    throw new Error(`weigh() gave ${String(weight)}; it must give a number of at least 0.`);
  }

  /** Disposes a client that nobody can take any more, then gives its room back. */
  discard(client: TClient, tenantId: string, ticket: Ticket): Promise<void> {
    return this.mind(this.#discard(client, tenantId, ticket));
  }

  /** Gives back the room of a client that its factory had given before: it is not disposed, for it is in use. */
  refuseSame({ ticket }: ClientEntry<TClient>): FactoryFault {
    this.#gate.leave(ticket);
    return new FactoryFault(new Error('The factory gave the client that is in use already. It must make a new one.'));
  }

  /** Has {@link settled} wait for something too. */
  mind<R>(work: Promise<R>): Promise<R> {
    this.#unfinished.add(work);
    void work.finally(() => this.#unfinished.delete(work));
    return work;
  }

  /** Settles when no factory and no late disposal is left, or each has had its time to end. */
  async settled(): Promise<void> {
    while (this.#unfinished.size > 0) await Promise.all(this.#unfinished);
  }

  /** Waits until the tenant's previous factory, which was given up, has ended, so that two do not run at once. */
  async #predecessorGone({ tenantId, signal, node }: Creation<TClient>): Promise<void> {
    const predecessor = this.#factories.get(tenantId);
    if (predecessor === undefined) return;
    const forget = node.waitsFor(predecessor.creation.node);
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      void predecessor.over.then(resolve);
    }).finally(forget);
  }

  /** Calls the factory. When it delivers no client, the room is given back, at once or when it has ended. */
  #callFactory(creation: Creation<TClient>, recipe: Recipe<TOptions>, ticket: Ticket): Promise<TClient> {
    const { name, clock, createTimeoutMs, disposeTimeoutMs } = this.#options;
    const { tenantId, signal } = creation;
    const { client, over } = new FactoryCall(this.#start(creation, recipe), {
      clock,
      signal,
      createTimeoutMs,
      graceMs: disposeTimeoutMs,
      onTimeout: () => new TenantClientCreateTimeoutError(name, tenantId, createTimeoutMs),
      onNothing: () => this.#gate.leave(ticket),
      onLate: (late) => this.discard(late, tenantId, ticket),
    });
    const factory = { creation, over };
    this.#factories.set(tenantId, factory);
    const forget = (): boolean => this.#factories.get(tenantId) === factory && this.#factories.delete(tenantId);
    void this.mind(over.then(forget));
    return client;
  }

  async #start({ tenantId, signal, node }: Creation<TClient>, recipe: Recipe<TOptions>): Promise<TClient> {
    const { create, template } = this.#options;
    const make = recipe ?? ((): TOptions => fromTemplate(template as TOptions, tenantId));
    const client = await withinCreation(node, () => create(tenantId, { options: make(), signal }));
    if (client === null || client === undefined) throw new Error('The factory gave no client.');
    return client;
  }

  async #load(creation: Creation<TClient>, client: TClient, ticket: Ticket): Promise<void> {
    const { tenantId, signal } = creation;
    try {
      const weight = this.#bearableWeight(client);
      await awaitingRoom(creation, () => this.#gate.load(tenantId, ticket, weight, signal));
    } catch (error) {
      void this.discard(client, tenantId, ticket);
      throw error;
    }
  }

  #bearableWeight(client: TClient): number {
    const { maxWeight } = this.#options;
    try {
      const weight = this.weigh(client);
      if (weight > maxWeight) throw new Error(`The client weighs ${weight}, more than maxWeight ${maxWeight}.`);
      return weight;
    } catch (error) {
      throw new FactoryFault(error);
    }
  }

  async #discard(client: TClient, tenantId: string, ticket: Ticket): Promise<void> {
    const { name: kind, dispose } = this.#options;
    const result = await this.#disposer.dispose(client, dispose, tenantId, 'late');
    this.#gate.leave(ticket);
    tellDisposal(this.#events, { kind, tenantId, cause: 'late' }, false, result);
  }
}

function fromTemplate<TOptions>(template: TOptions | ((tenantId: string) => TOptions), tenantId: string): TOptions {
  const isMaker = typeof template === 'function';
  return copyOptions(isMaker ? (template as (tenantId: string) => TOptions)(tenantId) : template);
}

async function awaitingRoom<R>(creation: { awaitsRoom: boolean }, wait: () => Promise<R>): Promise<R> {
  creation.awaitsRoom = true;
  try {
    return await wait();
  } finally {
    creation.awaitsRoom = false;
  }
}
