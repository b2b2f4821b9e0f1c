import type { Clock } from '@tenantry/core';
import { TenantParticipantTimeoutError } from './lifecycle.errors.js';

/** What bounds the call of a participant. */
export interface CallLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Such as `provision:users`. */
  readonly part: string;
}

/**
 * Calls a participant and waits for it up to a time limit.
 *
 * @param call its signal aborts when the time is up; what it returns or throws afterwards is dropped
 * @throws `MT_PARTICIPANT_TIMEOUT`, and what `call` throws
 */
export async function callInTime(
  call: (stop: AbortSignal) => unknown,
  { clock, timeoutMs, part }: CallLimits,
): Promise<void> {
  const stop = new AbortController();
  let clear = (): void => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const timer = clock.setTimer(() => {
      const error = new TenantParticipantTimeoutError(part, timeoutMs);
      stop.abort(error);
      reject(error);
    }, timeoutMs);
    clear = () => timer.clear();
  });
  try {
    await Promise.race([Promise.resolve().then(() => call(stop.signal)), late]);
  } finally {
    clear();
  }
}
