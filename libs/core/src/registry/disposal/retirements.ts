import { disownClient } from '../client-owners.js';
import type { ClientEntry } from '../client-entry.js';
import type { Clock, Timer } from '../../kernel/clock.js';
import type { DisposalResult, Disposer } from './disposer.js';
import type { EvictionCause } from '../registry-options.js';
import type { RegistryEvents } from '../registry-events.js';

interface Retiree<TClient> {
  readonly entry: ClientEntry<TClient>;
  readonly cause: EvictionCause;
  readonly gone: () => void;
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

/** The clients that were detached: waits for their leases, then disposes each exactly once. */
export class Retirements<TClient> {
  readonly #parts: RetirementParts<TClient>;
  /** Those in use only: a `Map` through which a whole sweep passes leaves garbage that only a full collection finds. */
  readonly #draining = new Map<ClientEntry<TClient>, Retiree<TClient>>();
  #disposing = 0;
  #whenAllGone: (() => void)[] = [];

  constructor(parts: RetirementParts<TClient>) {
    this.#parts = parts;
  }

  /** Clients that are detached and not gone yet. */
  get size(): number {
    return this.#draining.size + this.#disposing;
  }

  /** Those of them that are being disposed now, whose room is about to come free. */
  get disposing(): number {
    return this.#disposing;
  }

  /**
   * Retires a client that is detached already: disposes it at once when it is not in use, else when the last lease is
   * released or after `drainTimeoutMs`.
   *
   * @returns settles when the client is gone; never rejects
   */
  retire(entry: ClientEntry<TClient>, cause: EvictionCause, drainTimeoutMs: number): Promise<void> {
    const { promise, resolve: gone } = deferred();
    const retiree: Retiree<TClient> = { entry, cause, gone, drainTimer: null };
    entry.state = 'draining';
    if (entry.leases === 0) this.#dispose(retiree, false);
    else this.#drain(retiree, drainTimeoutMs);
    return promise;
  }

  /** Called when the last lease of a detached client is released. */
  returned(entry: ClientEntry<TClient>): void {
    const retiree = this.#draining.get(entry);
    if (retiree) this.#dispose(retiree, false);
  }

  /** Disposes what is still in use, each after the clients that were made with it. */
  force(): void {
    for (const entry of [...this.#draining.keys()]) this.forceEntry(entry);
  }

  /** As {@link force}, for one client; nothing happens unless it is detached and in use. */
  forceEntry(entry: ClientEntry<TClient>): void {
    const retiree = this.#draining.get(entry);
    if (retiree === undefined) return;
    const dependents = [...(entry.ticket.extras?.dependents ?? [])];
    if (dependents.length === 0) return this.#dispose(retiree, true);
    void Promise.all(dependents.map((dependent) => dependent.force())).then(() => this.#dispose(retiree, true));
  }

  /** Settles when no detached client is left. */
  async settled(): Promise<void> {
    if (this.size > 0) await new Promise<void>((resolve) => this.#whenAllGone.push(resolve));
  }

  #drain(retiree: Retiree<TClient>, timeoutMs: number): void {
    retiree.drainTimer = this.#parts.clock.setTimer(() => this.forceEntry(retiree.entry), timeoutMs);
    this.#draining.set(retiree.entry, retiree);
  }

  #dispose(retiree: Retiree<TClient>, forced: boolean): void {
    const { entry, cause } = retiree;
    if (entry.state !== 'draining') return;
    retiree.drainTimer?.clear();
    this.#draining.delete(entry);
    entry.state = 'disposing';
    this.#disposing += 1;
    void this.#parts.disposer.dispose(entry.client, entry.close, entry.tenantId, cause).then((result) => {
      this.#finish(retiree, forced, result);
    });
  }

  #finish({ entry, cause, gone }: Retiree<TClient>, forced: boolean, result: DisposalResult): void {
    const { kind, events, onGone } = this.#parts;
    entry.state = 'disposed';
    this.#disposing -= 1;
    disownClient(entry.client, entry.close !== undefined);
    reportDisposal(events, { kind, tenantId: entry.tenantId, cause }, forced, result);
    onGone(entry, forced);
    gone();
    if (this.size === 0) this.#resolveAllGone();
  }

  #resolveAllGone(): void {
    const waiting = this.#whenAllGone;
    this.#whenAllGone = [];
    for (const resolve of waiting) resolve();
  }
}

/** Emits how a disposal ended. */
export function reportDisposal(
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
