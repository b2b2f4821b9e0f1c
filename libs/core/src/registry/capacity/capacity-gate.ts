import { RegistryCapacityError, RegistryClosedError } from '../../errors/client.errors.js';
import type { Dependent } from '../dependent.js';

/** Room taken by one client, from before its creation until it is disposed. */
export class Ticket {
  /** Below 0 once the room is given back. */
  weight = 0;
  /** Fields that few clients have, in one object to save memory for the others. */
  extras: TicketExtras | null = null;
}

/** What some clients have beside their room. */
export interface TicketExtras {
  /** Ends the tenant's turn, where the kind is exclusive. */
  endTurn?: () => void;
  /** Where the client depends on others. */
  bases?: { release(): void };
  /** Clients that were made with this one and are not gone. */
  dependents?: Set<Dependent>;
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

interface Wish {
  readonly queue: Set<Waiting>;
  readonly fits: () => boolean;
  readonly take: () => void;
  /** Why no further caller may wait, given how many disposals are under way; `null` = may wait. */
  readonly isCrowded: (disposing: number) => Error | null;
}

/**
 * Keeps the number and weight of clients within bounds. A caller without room waits; first come, first served, so that a
 * heavy client is not overtaken indefinitely by light ones. Clients that exist and wait for their weight are a queue of
 * their own: they hold places that those at the entry wait for.
 */
export class CapacityGate {
  #clients = 0;
  #weight = 0;
  #isShut = false;
  readonly #atTheDoor = new Set<Waiting>();
  readonly #toBeWeighed = new Set<Waiting>();
  readonly #kind: string;
  readonly #limits: GateLimits;
  readonly #makeRoom: () => number;

  /**
   * @param makeRoom called when a caller waits; evicts what can be evicted, and calls {@link leave} once that is disposed.
   *   Gives the number of disposals under way
   */
  constructor(kind: string, limits: GateLimits, makeRoom: () => number) {
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
    return this.#atTheDoor.size + this.#toBeWeighed.size;
  }

  /** Whether it is closed to new clients. */
  get isShut(): boolean {
    return this.#isShut;
  }

  /** Closes it to new clients. */
  shut(): void {
    this.#isShut = true;
  }

  /** @throws `MT_REGISTRY_CLOSED` when it is shut */
  assertOpen(): void {
    if (this.#isShut) throw new RegistryClosedError(this.#kind);
  }

  /** Takes room for one client of known weight if that needs no waiting; else `null`. */
  tryEnter(weight: number): Ticket | null {
    if (this.waiting > 0 || this.#clients >= this.#limits.maxClients || !this.#bears(weight)) return null;
    const ticket = new Ticket();
    this.#clients += 1;
    this.#put(weight, ticket);
    return ticket;
  }

  /**
   * Takes room for one client.
   *
   * @throws `MT_REGISTRY_CAPACITY` when too many wait already; `MT_REGISTRY_CLOSED`; the signal's reason when it aborts
   */
  async enter(tenantId: string, signal: AbortSignal): Promise<Ticket> {
    this.assertOpen();
    const fits = (): boolean => this.#clients < this.#limits.maxClients;
    const take = (): void => void (this.#clients += 1);
    const isCrowded = (disposing: number): Error | null => this.#crowd(tenantId, disposing);
    await this.#wait({ queue: this.#atTheDoor, fits, take, isCrowded }, signal);
    return new Ticket();
  }

  /** Takes room for one client of known weight, waiting for both. Errors as {@link enter} and {@link load}. */
  async enterWith(tenantId: string, weight: number, signal: AbortSignal): Promise<Ticket> {
    this.#assertBearable(tenantId, weight);
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
   * Takes room for the weight of a client that has its place.
   *
   * @throws `MT_REGISTRY_CAPACITY` when it can never fit; the signal's reason when it aborts
   */
  async load(tenantId: string, ticket: Ticket, weight: number, signal: AbortSignal): Promise<void> {
    this.#assertBearable(tenantId, weight);
    const fits = (): boolean => this.#bears(weight);
    const take = (): void => this.#put(weight, ticket);
    await this.#wait({ queue: this.#toBeWeighed, fits, take, isCrowded: () => null }, signal);
  }

  /** Gives the room back. Idempotent per ticket. */
  leave(ticket: Ticket): void {
    const { weight } = ticket;
    if (weight < 0) return;
    ticket.weight = -1;
    ticket.extras?.bases?.release();
    ticket.extras?.endTurn?.();
    this.#clients -= 1;
    this.#weight -= weight;
    this.#admit();
  }

  #bears(weight: number): boolean {
    return this.#weight + weight <= this.#limits.maxWeight;
  }

  #put(weight: number, ticket: Ticket): void {
    this.#weight += weight;
    ticket.weight = weight;
  }

  #assertBearable(tenantId: string, weight: number): void {
    const { maxWeight } = this.#limits;
    if (weight <= maxWeight) return;
    throw new RegistryCapacityError(this.#kind, tenantId, `it weighs ${weight}, more than maxWeight ${maxWeight}`);
  }

  /** Those for whom room is being made do not count as waiting. */
  #crowd(tenantId: string, disposing: number): Error | null {
    const waiting = this.#atTheDoor.size - Math.max(0, disposing - this.#toBeWeighed.size);
    if (waiting <= this.#limits.maxWaiting) return null;
    return new RegistryCapacityError(this.#kind, tenantId, `${waiting - 1} tenants wait for room already`);
  }

  /** Admits those that fit, in order; makes more room when some are left waiting. */
  #admit(): void {
    admitInOrder(this.#toBeWeighed);
    admitInOrder(this.#atTheDoor);
    if (this.waiting > 0) this.#makeRoom();
  }

  async #wait({ queue, fits, take, isCrowded }: Wish, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (queue.size === 0 && fits()) return take();
    await new Promise<void>((resolve, reject) => {
      const leave = (error: unknown): void => {
        signal.removeEventListener('abort', onAbort);
        if (!queue.delete(waiting)) return;
        reject(error);
        this.#admit();
      };
      const onAbort = (): void => leave(signal.reason);
      const admit = (): void => (signal.removeEventListener('abort', onAbort), take(), resolve());
      const waiting: Waiting = { fits, admit };
      queue.add(waiting);
      signal.addEventListener('abort', onAbort, { once: true });
      const refusal = isCrowded(this.#makeRoom());
      if (refusal !== null) leave(refusal);
    });
  }
}

function admitInOrder(queue: Set<Waiting>): void {
  for (const first of queue) {
    if (!first.fits()) return;
    queue.delete(first);
    first.admit();
  }
}
