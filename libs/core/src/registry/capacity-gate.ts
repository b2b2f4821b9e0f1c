import { RegistryCapacityError } from '../errors/client.errors.js';

/** Room taken by one client, from before its creation until it is disposed. */
export class Ticket {
  weight = 0;
  open = true;
}

/** Bounds of the gate. */
export interface GateLimits {
  readonly maxClients: number;
  readonly maxWeight: number;
  readonly maxWaiting: number;
}

interface Waiting {
  readonly fits: () => boolean;
  readonly admit: () => void;
}

/**
 * Keeps the number and weight of clients within bounds. Who finds no room waits; first come, first served, so that a
 * heavy client is not overtaken for ever by light ones.
 */
export class CapacityGate {
  #clients = 0;
  #weight = 0;
  readonly #queue = new Set<Waiting>();
  readonly #kind: string;
  readonly #limits: GateLimits;
  readonly #makeRoom: () => void;

  /** @param makeRoom called when somebody waits; evicts what can be evicted, and calls {@link leave} once that is disposed */
  constructor(kind: string, limits: GateLimits, makeRoom: () => void) {
    this.#kind = kind;
    this.#limits = limits;
    this.#makeRoom = makeRoom;
  }

  get clients(): number {
    return this.#clients;
  }

  get weight(): number {
    return this.#weight;
  }

  /** How many wait for room. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Takes room for one client of known weight if that needs no waiting; else `null`. */
  tryEnter(weight: number): Ticket | null {
    const { maxClients, maxWeight } = this.#limits;
    if (this.#queue.size > 0 || this.#clients >= maxClients || this.#weight + weight > maxWeight) return null;
    const ticket = new Ticket();
    ticket.weight = weight;
    this.#clients += 1;
    this.#weight += weight;
    return ticket;
  }

  /**
   * Takes room for one client.
   *
   * @throws `MT_REGISTRY_CAPACITY` when too many wait already; the signal's reason when it aborts
   */
  async enter(tenantId: string, signal: AbortSignal): Promise<Ticket> {
    const fits = (): boolean => this.#clients < this.#limits.maxClients;
    await this.#wait(tenantId, fits, signal, () => (this.#clients += 1));
    return new Ticket();
  }

  /** Takes room for one client of known weight, waiting for both. Errors as {@link enter} and {@link load}. */
  async enterWith(tenantId: string, weight: number, signal: AbortSignal): Promise<Ticket> {
    const ticket = await this.enter(tenantId, signal);
    try {
      await this.load(tenantId, ticket, weight, signal);
      return ticket;
    } catch (error) {
      this.leave(ticket);
      throw error;
    }
  }

  /**
   * Takes room for the weight of a client that exists now.
   *
   * @throws `MT_REGISTRY_CAPACITY` when it can never fit or too many wait; the signal's reason when it aborts
   */
  async load(tenantId: string, ticket: Ticket, weight: number, signal: AbortSignal): Promise<void> {
    const { maxWeight } = this.#limits;
    if (weight > maxWeight) throw new RegistryCapacityError(this.#kind, tenantId, `it weighs ${weight}, more than maxWeight ${maxWeight}`);
    await this.#wait(tenantId, () => this.#weight + weight <= maxWeight, signal, () => {
      this.#weight += weight;
      ticket.weight = weight;
    });
  }

  /** Gives the room back. Idempotent per ticket. */
  leave(ticket: Ticket): void {
    if (!ticket.open) return;
    ticket.open = false;
    this.#clients -= 1;
    this.#weight -= ticket.weight;
    this.#admit();
  }

  /** Lets in whoever fits, in order; makes more room when somebody is left waiting. */
  #admit(): void {
    for (const first of this.#queue) {
      if (!first.fits()) break;
      this.#queue.delete(first);
      first.admit();
    }
    if (this.#queue.size > 0) this.#makeRoom();
  }

  #wait(tenantId: string, fits: () => boolean, signal: AbortSignal, take: () => void): Promise<void> | void {
    if (signal.aborted) throw signal.reason;
    if (this.#queue.size === 0 && fits()) return take();
    if (this.#queue.size >= this.#limits.maxWaiting) {
      throw new RegistryCapacityError(this.#kind, tenantId, `${this.#queue.size} tenants wait for room already`);
    }
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#queue.delete(waiting);
        reject(signal.reason as Error);
        this.#admit();
      };
      const admit = (): void => {
        signal.removeEventListener('abort', giveUp);
        take();
        resolve();
      };
      const waiting: Waiting = { fits, admit };
      this.#queue.add(waiting);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#makeRoom();
    });
  }
}
