import type { MaybePromise } from '../../kernel/maybe-promise.js';
import type { ClientEntry } from '../client-entry.js';
import type { IdleList } from '../capacity/idle-list.js';

/** Clients that are evicted in one turn of the event loop. Few, because their disposers run in that turn too. */
const EVICTED_IN_ONE_TURN = 8;

/** Whether a client has been idle for longer than allowed. Pure. 0 = every client that is not in use. */
export function isIdleFor(lastUsed: number, now: number, idleMs: number): boolean {
  return idleMs === 0 || now - lastUsed > idleMs;
}

/**
 * Evicts idle clients from the old end of the list; stops at the first that is not idle. Lets other work run after every
 * few. What is used meanwhile has moved to the new end and is not met again.
 *
 * @param evict gives what settles when the client is gone; so does the sweep when all are. It never rejects
 */
export async function sweepIdle<TClient>(
  list: IdleList<TClient>,
  now: number,
  idleMs: number,
  evict: (entry: ClientEntry<TClient>) => MaybePromise<void>,
): Promise<void> {
  const departures = new Departures();
  const isDue = (entry: ClientEntry<TClient>): boolean =>
    entry.lastUsed <= now && isIdleFor(entry.lastUsed, now, idleMs);
  for (let evicted = 0; list.oldest !== null && isDue(list.oldest);) {
    departures.add(evict(list.oldest));
    evicted += 1;
    if (evicted % EVICTED_IN_ONE_TURN === 0) await new Promise(setImmediate);
  }
  await departures.over();
}

/** Waits for many promises and retains none of them: a `Promise.all` would hold every one until the last. */
class Departures {
  #left = 1;
  #resolve: () => void = () => undefined;
  readonly #allGone = new Promise<void>((resolve) => (this.#resolve = resolve));
  readonly #leave = (): void => {
    this.#left -= 1;
    if (this.#left === 0) this.#resolve();
  };

  add(gone: MaybePromise<void>): void {
    this.#left += 1;
    void Promise.resolve(gone).then(this.#leave);
  }

  /** Settles when all that were added are gone. Nothing is added after it. */
  over(): Promise<void> {
    this.#leave();
    return this.#allGone;
  }
}
