import { setMaxListeners } from 'node:events';

/**
 * Marks a signal that many pieces of work listen to at the same time, each until it has ended, so that Node does not warn of a leak
 * from the eleventh listener on.
 *
 * @param signal one of our own
 * @returns the same signal
 */
export function manyListeners(signal: AbortSignal): AbortSignal {
  setMaxListeners(Infinity, signal);
  return signal;
}
