import { TenantClientCreateTimeoutError } from '../../errors/client.errors.js';
import { outsideScopes } from '../../kernel/outside-scopes.js';
import { BaseLeases } from '../base-leases.js';
import type { DependentHooks } from '../base-leases.js';
import type { CapacityGate, Ticket } from '../capacity/capacity-gate.js';
import { ClientEntry, wholeMs } from '../client-entry.js';
import type { EntryParts } from '../client-entry.js';
import { disownClient } from '../client-owners.js';
import type { ClientOwner } from '../client-owners.js';
import { copyOptions } from './copy-options.js';
import { withinCreation } from './creation-chain.js';
import type { Creation } from './creation.js';
import type { Disposer } from '../disposal/disposer.js';
import { FactoryCall, FactoryFault } from './factory-call.js';
import type { ExclusiveTurns } from '../capacity/exclusive-turns.js';
import type { RegistryEvents } from '../registry-events.js';
import type { ResolvedRegistryOptions } from '../resolve-registry-options.js';
import { reportDisposal } from '../disposal/retirements.js';
import { TenantMap } from '../tenant-map.js';

/** Share of a lifetime by which clients that were made together are renewed apart. */
const LIFETIME_JITTER = 0.1;

type BaseClients = Readonly<Record<string, unknown>>;

const NO_BASES: BaseClients = Object.freeze({});

/** What a builder works with. */
export interface BuilderParts<TClient, TOptions> {
  readonly options: ResolvedRegistryOptions<TClient, TOptions>;
  readonly gate: CapacityGate;
  /** Of an exclusive kind. */
  readonly turns: ExclusiveTurns | undefined;
  readonly disposer: Disposer;
  readonly events: RegistryEvents;
  readonly owner: ClientOwner;
  readonly dependents: DependentHooks<TClient>;
}

/** Makes the options of a client; `undefined` = the template does. */
export type Recipe<TOptions> = (() => TOptions) | undefined;

/** Brings one client into being: room, factory, deadline, weight. What comes too late is disposed, never handed out. */
export class ClientBuilder<TClient, TOptions> {
  readonly #options: ResolvedRegistryOptions<TClient, TOptions>;
  readonly #gate: CapacityGate;
  readonly #parts: BuilderParts<TClient, TOptions>;
  /** Factories that run, also those that were given up, by tenant. */
  readonly #factories = new TenantMap<{ readonly creation: Creation<TClient>; readonly over: Promise<void> }>();
  readonly #unfinished = new Set<Promise<unknown>>();

  constructor(parts: BuilderParts<TClient, TOptions>) {
    this.#options = parts.options;
    this.#gate = parts.gate;
    this.#parts = parts;
  }

  /**
   * Builds a client for a creation. Its room is the entry's ticket; when it fails, the room is given back.
   *
   * @throws {@link FactoryFault}; `MT_CLIENT_CREATE_TIMEOUT`; `MT_REGISTRY_CAPACITY`; the creation's abort reason
   */
  async build(creation: Creation<TClient>, recipe: Recipe<TOptions>): Promise<ClientEntry<TClient>> {
    const { tenantId, signal } = creation;
    await this.#predecessorGone(creation);
    const { turns } = this.#parts;
    const endTurn = turns && (await awaiting(creation, 'predecessor', () => turns.enter(tenantId, signal)));
    const ticket = await this.#enter(creation, endTurn);
    if (signal.aborted) {
      this.#gate.leave(ticket);
      throw signal.reason;
    }
    const client = await this.#callFactory(creation, recipe, ticket);
    await this.#load(creation, client, ticket);
    const entry = this.entry({ tenantId, client, ticket, close: this.#options.dispose, recipe });
    this.#basesOf(ticket)?.belongTo(entry);
    return entry;
  }

  /** Whether a client was made with one that is not current any more. */
  isStale({ ticket }: ClientEntry<TClient>): boolean {
    return this.#basesOf(ticket)?.isStale ?? false;
  }

  /** An entry around a client that exists. */
  entry(parts: Omit<EntryParts<TClient>, 'createdAt' | 'renewAt'>): ClientEntry<TClient> {
    const { clock, random, maxLifetimeMs } = this.#options;
    const createdAt = wholeMs(clock.now());
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

  /** Disposes a client that no caller can take any more, then gives its room back. */
  discard(client: TClient, tenantId: string, ticket: Ticket): Promise<void> {
    return this.track(this.#discard(client, tenantId, ticket));
  }

  /** Has {@link settled} wait for something too. */
  track<R>(work: Promise<R>): Promise<R> {
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
    const clear = node.waitsFor(predecessor.creation.node);
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      void predecessor.over.then(resolve);
    }).finally(clear);
  }

  /** Calls the factory. When it delivers no client, the room is given back, at once or when it has ended. */
  #callFactory(creation: Creation<TClient>, recipe: Recipe<TOptions>, ticket: Ticket): Promise<TClient> {
    const { name, clock, createTimeoutMs, disposeTimeoutMs } = this.#options;
    const { tenantId, signal } = creation;
    const { client, over } = new FactoryCall(this.#start(creation, recipe, ticket), {
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
    const clear = (): boolean => this.#factories.get(tenantId) === factory && this.#factories.delete(tenantId);
    void this.track(over.then(clear));
    return client;
  }

  async #start(
    { tenantId, signal, node }: Creation<TClient>,
    recipe: Recipe<TOptions>,
    ticket: Ticket,
  ): Promise<TClient> {
    const { create, template, dependsOn } = this.#options;
    const make = recipe ?? ((): TOptions => fromTemplate(template as TOptions, tenantId));
    node.dependentOf = (acquired) => (isSameId(acquired, tenantId) ? this.#dependent(ticket) : undefined);
    const client = await withinCreation(node, () => {
      const bases = typeof dependsOn === 'function' ? dependsOn() : (dependsOn ?? []);
      const call = (clients: BaseClients): TClient | Promise<TClient> =>
        create(tenantId, { options: make(), signal, clients });
      return bases.length === 0 ? call(NO_BASES) : this.#dependent(ticket).acquire(bases, tenantId, signal).then(call);
    });
    if (client === null || client === undefined) throw new Error('The factory gave no client.');
    this.#parts.owner.own(client, tenantId);
    return client;
  }

  #dependent(ticket: Ticket): BaseLeases<TClient> {
    const bases = this.#basesOf(ticket) ?? new BaseLeases(this.#parts.dependents);
    (ticket.extras ??= {}).bases = bases;
    return bases;
  }

  #basesOf(ticket: Ticket): BaseLeases<TClient> | undefined {
    return ticket.extras?.bases as BaseLeases<TClient> | undefined;
  }

  /** A client of an exclusive kind has its turn as long as its room. */
  async #enter(creation: Creation<TClient>, endTurn: (() => void) | undefined): Promise<Ticket> {
    const { tenantId, signal } = creation;
    try {
      const ticket = await awaiting(creation, 'room', () => this.#gate.enter(tenantId, signal));
      if (endTurn !== undefined) ticket.extras = { endTurn };
      return ticket;
    } catch (error) {
      endTurn?.();
      throw error;
    }
  }

  async #load(creation: Creation<TClient>, client: TClient, ticket: Ticket): Promise<void> {
    const { tenantId, signal } = creation;
    try {
      const weight = this.#bearableWeight(client);
      await awaiting(creation, 'room', () => this.#gate.load(tenantId, ticket, weight, signal));
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
    const result = await this.#parts.disposer.dispose(client, dispose, tenantId, 'late');
    disownClient(client, dispose !== undefined);
    this.#gate.leave(ticket);
    reportDisposal(this.#parts.events, { kind, tenantId, cause: 'late' }, false, result);
  }
}

function fromTemplate<TOptions>(template: TOptions | ((tenantId: string) => TOptions), tenantId: string): TOptions {
  const isMaker = typeof template === 'function';
  return copyOptions(isMaker ? (template as (tenantId: string) => TOptions)(tenantId) : template);
}

async function awaiting<C extends { awaits: string }, R>(
  creation: C,
  what: C['awaits'],
  wait: () => Promise<R>,
): Promise<R> {
  creation.awaits = what;
  try {
    return await wait();
  } finally {
    creation.awaits = 'factory';
  }
}

function isSameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
