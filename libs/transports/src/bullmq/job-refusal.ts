import { MultitenancyError } from '@tenantry/core';
import type { ErrorCode } from '@tenantry/core';

/**
 * What becomes of a job that cannot run.
 *
 * - `park`: it waits among the delayed jobs and is tried again; that counts as no attempt
 * - `fail`: it goes to the failed jobs at once, whatever attempts it has left
 */
export type JobRefusal =
  | { readonly kind: 'park'; readonly ms: number }
  | { readonly kind: 'fail'; readonly reason: string; readonly cause: unknown };

/** Milliseconds for which jobs are parked. */
export interface ParkingTimes {
  /** For a tenant that is suspended, being deleted or not set up yet. */
  readonly parkMs: number;
  /** For an outage that does not say itself when to try again. */
  readonly retryMs: number;
}

/** Below it a wrong value, also NaN, would have a job come back in a tight loop. */
const MIN_PARK_MS = 100;
const TENANT_MAY_COME_BACK: ReadonlySet<ErrorCode> = new Set(['MT_TENANT_SUSPENDED', 'MT_TENANT_PROVISIONING']);

/** Decides what becomes of a job by what is wrong with its envelope, its tenant or its clients. */
export function refusalFor(error: unknown, { parkMs, retryMs }: ParkingTimes): JobRefusal {
  if (!(error instanceof MultitenancyError)) return { kind: 'fail', reason: String(error), cause: error };
  if (TENANT_MAY_COME_BACK.has(error.code)) return park(parkMs);
  if (error.info.status === 503) return park(error.retryAfterMs ?? retryMs);
  return { kind: 'fail', reason: `${error.code}: ${error.message}`, cause: error };
}

function park(ms: number): JobRefusal {
  return { kind: 'park', ms: ms >= MIN_PARK_MS ? Math.ceil(ms) : MIN_PARK_MS };
}
