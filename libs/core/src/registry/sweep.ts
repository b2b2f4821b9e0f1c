import type { ClientEntry } from './client-entry.js';
import type { IdleList } from './idle-list.js';

const LONGEST_SLICE_MS = 5;

/** Whether a client has been idle for longer than allowed. Pure. 0 = whatever is not on loan. */
export function isIdleFor(lastUsed: number, now: number, idleMs: number): boolean {
  return idleMs === 0 || now - lastUsed > idleMs;
}

/**
 * Evicts idle clients from the old end of the list; stops at the first that is not idle. Lets other work run after every
 * 5 ms. What is used meanwhile has moved to the new end and is not met again.
 */
export async function sweepIdle<TClient>(
  list: IdleList<TClient>,
  now: number,
  idleMs: number,
  evict: (entry: ClientEntry<TClient>) => void,
): Promise<void> {
  let sliceStart = performance.now();
  for (let entry = list.oldest; entry !== null && isIdleFor(entry.lastUsed, now, idleMs); entry = list.oldest) {
    if (entry.lastUsed > now) return;
    evict(entry);
    if (performance.now() - sliceStart > LONGEST_SLICE_MS) {
      await new Promise(setImmediate);
      sliceStart = performance.now();
    }
  }
}
