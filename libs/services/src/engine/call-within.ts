import type { Clock } from '@tenantry/core';
import { abortedCall, lateCall } from './call-result.js';
import type { CallResult } from './call-result.js';

/** What ends a call beside itself. */
export interface CallBounds {
  readonly clock: Clock;
  readonly wallMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs a call until it ends, its time is over, or its caller is gone.
 *
 * @param run gets a signal that aborts when the call has ended, however that was
 */
export async function callWithin(
  { clock, wallMs, signal }: CallBounds,
  run: (ends: AbortSignal) => Promise<CallResult>,
): Promise<CallResult> {
  const ends = new AbortController();
  const hold = clock.hold?.();
  const { promise: early, stop } = earlyEnd(clock, wallMs, signal);
  const work = run(ends.signal);
  try {
    return await Promise.race([work, early]);
  } finally {
    stop();
    ends.abort();
    hold?.clear();
    work.catch(() => undefined);
  }
}

function earlyEnd(
  clock: Clock,
  wallMs: number,
  signal: AbortSignal | undefined,
): { readonly promise: Promise<CallResult>; readonly stop: () => void } {
  let stop = (): void => undefined;
  const promise = new Promise<CallResult>((resolve) => {
    const timer = clock.setTimer(() => resolve(lateCall(wallMs)), wallMs);
    const abort = (): void => resolve(abortedCall());
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort);
    stop = () => {
      timer.clear();
      signal?.removeEventListener('abort', abort);
    };
  });
  return { promise, stop };
}
