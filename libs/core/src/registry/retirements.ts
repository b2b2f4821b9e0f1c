import type { ClientEntry } from './client-entry.js';
import type { Clock, Timer } from './clock.js';
import type { DisposalResult, Disposer } from './disposer.js';
import type { EvictionCause } from './registry-options.js';
import type { RegistryEvents } from './registry-events.js';

interface Retiree<TClient> {
  readonly entry: ClientEntry<TClient>;
  readonly cause: EvictionCause;
  readonly gone: () => void;
  readonly done: Promise<void>;
  drainTimer: Timer | null;
}

/** What retirements need of the registry around them. */
export interface RetirementParts<TClient> {
  readonly kind: string;
  readonly clock: Clock;
  readonly disposer: Disposer;
  readonly events: RegistryEvents;
  /** Called once per client when it is gone for good. */
  readonly onGone: (entry: ClientEntry<TClient>, forced: boolean) => void;
}

/** The clients that were detached: waits for their loans, then disposes each exactly once. */
export class Retirements<TClient> {
  readonly #parts: RetirementParts<TClient>;
  readonly #retirees = new Map<ClientEntry<TClient>, Retiree<TClient>>();
  #disposing = 0;

  constructor(parts: RetirementParts<TClient>) {
    this.#parts = parts;
  }

  /** Clients that are detached and not gone yet. */
  get size(): number {
    return this.#retirees.size;
  }

  /** Those of them that are being disposed now, whose room is about to come free. */
  get disposing(): number {
    return this.#disposing;
  }

  /**
   * Retires a client that is detached already: disposes it at once when it is not on loan, else when the last loan is
   * back or after `drainTimeoutMs`.
   *
   * @returns settles when the client is gone; never rejects
   */
  retire(entry: ClientEntry<TClient>, cause: EvictionCause, drainTimeoutMs: number): Promise<void> {
    const { promise: done, resolve: gone } = deferred();
    const retiree: Retiree<TClient> = { entry, cause, gone, done, drainTimer: null };
    entry.state = { kind: 'draining', cause };
    this.#retirees.set(entry, retiree);
    if (entry.leases === 0) this.#dispose(retiree, false);
    else retiree.drainTimer = this.#parts.clock.setTimer(() => this.#dispose(retiree, true), drainTimeoutMs);
    return done;
  }

  /** Called when the last loan of a detached client is back. */
  returned(entry: ClientEntry<TClient>): void {
    const retiree = this.#retirees.get(entry);
    if (retiree) this.#dispose(retiree, false);
  }

  /** Disposes what is still on loan. */
  force(): void {
    for (const retiree of this.#retirees.values()) this.#dispose(retiree, true);
  }

  /** Settles when every client that is detached now is gone. */
  async settled(): Promise<void> {
    await Promise.all([...this.#retirees.values()].map(({ done }) => done));
  }

  #dispose(retiree: Retiree<TClient>, forced: boolean): void {
    const { entry, cause } = retiree;
    if (entry.state.kind !== 'draining') return;
    retiree.drainTimer?.clear();
    entry.state = { kind: 'disposing', cause, forced };
    this.#disposing += 1;
    void this.#parts.disposer.dispose(entry.client, entry.close, entry.tenantId, cause).then((result) => {
      this.#finish(retiree, forced, result);
    });
  }

  #finish({ entry, cause, gone }: Retiree<TClient>, forced: boolean, result: DisposalResult): void {
    const { kind, events, onGone } = this.#parts;
    entry.state = { kind: 'disposed', cause, forced };
    this.#disposing -= 1;
    this.#retirees.delete(entry);
    tellDisposal(events, { kind, tenantId: entry.tenantId, cause }, forced, result);
    onGone(entry, forced);
    gone();
  }
}

/** Tells how a disposal ended. */
export function tellDisposal(
  events: RegistryEvents,
  what: { readonly kind: string; readonly tenantId: string; readonly cause: EvictionCause },
  forced: boolean,
  result: DisposalResult,
): void {
  if (result.kind === 'failed') events.emit('disposeFailed', { ...what, error: result.error });
  if (result.kind === 'timedOut')
    events.emit('disposeFailed', { ...what, error: new Error('The disposer did not settle in time.') });
  events.emit('disposed', { ...what, forced });
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
