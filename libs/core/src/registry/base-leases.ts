import type { ClientEntry } from './client-entry.js';
import { ACQUIRE_AS_BASE } from './base-registry.js';
import { PassedFailure } from './creation/passed-failure.js';
import type { BaseLease, BaseRegistry } from './base-registry.js';
import type { Dependent, Relief } from './dependent.js';

/** What the leases on bases need of the registry of the dependent client. */
export interface DependentHooks<TClient> {
  readonly relief: Relief;
  /** Whether the entry is the tenant's client. */
  isCurrent(entry: ClientEntry<TClient>): boolean;
  /** Detaches an entry whose base is gone; makes another one where the base has a successor. */
  retire(entry: ClientEntry<TClient>, renewed: boolean): void;
  /** Disposes a detached entry, in use or not. */
  force(entry: ClientEntry<TClient>): void;
}

/** The leases that one client has on those that it was made with, from before its creation until it is disposed. */
export class BaseLeases<TClient> implements Dependent {
  /** Whether a base was detached before the client was published. */
  isStale = false;
  readonly relief: Relief;
  readonly #hooks: DependentHooks<TClient>;
  readonly #leases: BaseLease[] = [];
  readonly #gone: Promise<void>;
  #resolveGone: () => void = () => undefined;
  #released = false;
  #entry: ClientEntry<TClient> | undefined;

  constructor(hooks: DependentHooks<TClient>) {
    this.#hooks = hooks;
    this.relief = hooks.relief;
    this.#gone = new Promise((resolve) => (this.#resolveGone = resolve));
  }

  /** Acquires a client of each registry, by its name. @throws {@link PassedFailure} around what the first one that fails throws */
  async acquire(
    bases: readonly BaseRegistry[],
    tenantId: string,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>> {
    const clients: [string, unknown][] = [];
    for (const base of bases) {
      try {
        const lease = await base[ACQUIRE_AS_BASE](tenantId, this, signal);
        this.#keep(lease);
        clients.push([base.name, lease.client]);
      } catch (error) {
        throw new PassedFailure(error);
      }
    }
    return Object.freeze(Object.fromEntries(clients));
  }

  /** Names the entry of the client that was made with them. */
  belongTo(entry: ClientEntry<TClient>): void {
    this.#entry = entry;
  }

  /** Gives them back. Idempotent. */
  release(): void {
    this.#released = true;
    for (const lease of this.#leases.splice(0).reverse()) lease.release();
    this.#resolveGone();
  }

  baseDetached(renewed: boolean): void {
    const entry = this.#entry;
    if (entry !== undefined && this.#hooks.isCurrent(entry)) this.#hooks.retire(entry, renewed);
    else this.isStale = true;
  }

  force(): Promise<void> {
    if (this.#entry !== undefined) this.#hooks.force(this.#entry);
    return this.#gone;
  }

  /** One that comes when the creation has been given up goes straight back. */
  #keep(lease: BaseLease): void {
    if (this.#released) lease.release();
    else this.#leases.push(lease);
  }
}
