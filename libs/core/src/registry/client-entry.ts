import type { Ticket } from './capacity/capacity-gate.js';
import type { EvictionCause } from './registry-options.js';

/**
 * Where a delivered client is in its life. Each step is taken once, in this order:
 * `ready` (can be leased) -> `draining` (detached, waits for its leases) -> `disposing` -> `disposed`.
 */
export type EntryState = 'ready' | 'draining' | 'disposing' | 'disposed';

/** Closes one particular client. */
export type CloseClient<TClient> =
  ((client: TClient, disposal: { tenantId: string; cause: EvictionCause }) => unknown) | undefined;

/** What an entry is made from. */
export interface EntryParts<TClient> {
  readonly tenantId: string;
  readonly client: TClient;
  /** The room that it takes. */
  readonly ticket: Ticket;
  readonly close: CloseClient<TClient>;
  /** Monotonic milliseconds. */
  readonly createdAt: number;
  /** When it is due for replacement, monotonic milliseconds; `null` = never. */
  readonly renewAt: number | null;
  /** Makes its own and its successor's options; `undefined` = the template does. */
  readonly recipe: (() => unknown) | undefined;
}

/** A delivered client and the little that is known of it. Also a node of the {@link IdleList}, to spare an allocation. */
export class ClientEntry<TClient> {
  readonly tenantId: string;
  readonly client: TClient;
  readonly ticket: Ticket;
  readonly close: CloseClient<TClient>;
  readonly createdAt: number;
  readonly renewAt: number | null;
  readonly recipe: (() => unknown) | undefined;
  state: EntryState = 'ready';
  /** Leases held now. */
  leases = 0;
  pinned = false;
  /** Monotonic milliseconds of the last release or get. A number from the start, so that a use allocates none. */
  lastUsed = 0;
  /** Neighbours in the idle list; both `null` outside of it. */
  older: ClientEntry<TClient> | null = null;
  newer: ClientEntry<TClient> | null = null;

  constructor(parts: EntryParts<TClient>) {
    this.tenantId = parts.tenantId;
    this.client = parts.client;
    this.ticket = parts.ticket;
    this.close = parts.close;
    this.createdAt = parts.createdAt;
    this.renewAt = parts.renewAt;
    this.recipe = parts.recipe;
    this.lastUsed = parts.createdAt;
  }

  /** Whether it may be leased. */
  get isReady(): boolean {
    return this.state === 'ready';
  }

  /** Whether its idle time counts: it is not in use and not pinned. */
  get ages(): boolean {
    return this.isReady && this.leases === 0 && !this.pinned;
  }
}

/** A time without its fraction, which V8 keeps in the entry itself: with it, each time would be an object of its own. */
export function wholeMs(ms: number): number {
  return Math.floor(ms);
}
