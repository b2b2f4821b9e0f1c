import type { MaybePromise } from '../tenant/maybe-promise.js';
import type { ClientEntry } from './client-entry.js';
import type { IdleList } from './idle-list.js';

/** Far less than 5 ms: the disposals that a slice sets off take several times as long, and run before anything else. */
const LONGEST_SLICE_MS = 0.25;

/** Whether a client has been idle for longer than allowed. Pure. 0 = whatever is not on loan. */
export function isIdleFor(lastUsed: number, now: number, idleMs: number): boolean {
  return idleMs === 0 || now - lastUsed > idleMs;
}

/**
 * Evicts idle clients from the old end of the list; stops at the first that is not idle. Lets other work run after every
 * slice. What is used meanwhile has moved to the new end and is not met again.
 *
 * @param evict gives what settles when the client is gone; so does the sweep when all are
 */
export async function sweepIdle<TClient>(
  list: IdleList<TClient>,
  now: number,
  idleMs: number,
  evict: (entry: ClientEntry<TClient>) => MaybePromise<void>,
): Promise<void> {
  const slices: Promise<unknown>[] = [];
  let slice: MaybePromise<void>[] = [];
  let sliceStart = performance.now();
  for (let entry = list.oldest; entry !== null && isIdleFor(entry.lastUsed, now, idleMs); entry = list.oldest) {
    if (entry.lastUsed > now) break;
    slice.push(evict(entry));
    if (performance.now() - sliceStart <= LONGEST_SLICE_MS) continue;
    slices.push(Promise.all(slice));
    slice = [];
    await new Promise(setImmediate);
    sliceStart = performance.now();
  }
  await Promise.all([...slices, ...slice]);
}
