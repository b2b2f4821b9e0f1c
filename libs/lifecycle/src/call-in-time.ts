import type { Clock } from '@tenantry/core';
import { withinDeadline } from '@tenantry/core/spi';
import { TenantParticipantTimeoutError } from './lifecycle.errors.js';

/** What bounds the call of a participant. */
export interface CallLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Such as `provision:users`. */
  readonly part: string;
}

/**
 * Calls a participant and waits for it until a deadline.
 *
 * @param call its signal aborts when the time is up; what it returns or throws afterwards is dropped
 * @throws `MT_PARTICIPANT_TIMEOUT`, and what `call` throws
 */
export async function callInTime(
  call: (stop: AbortSignal) => unknown,
  { clock, timeoutMs, part }: CallLimits,
): Promise<void> {
  const stop = new AbortController();
  const onTimeout = (): Error => {
    const error = new TenantParticipantTimeoutError(part, timeoutMs);
    stop.abort(error);
    return error;
  };
  await withinDeadline({ clock, timeoutMs, onTimeout }, () => call(stop.signal));
}
