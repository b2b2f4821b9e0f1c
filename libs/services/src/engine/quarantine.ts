import type { Clock } from '@tenantry/core';
import { ServiceQuarantinedError } from '../kernel/service.errors.js';

const FAULTS = 3;
const WINDOW_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** A tenant that breaks no limit for so long starts with the first pause again. */
const FORGOTTEN_AFTER_MS = 10 * 60_000;
const MOST_TENANTS = 10_000;

interface Conduct {
  readonly faults: readonly number[];
  /** Pauses so far. */
  readonly pauses: number;
  readonly until: number;
  readonly at: number;
}

/** Pauses tenants whose services break their limits: three times in 10 s, or once so that their thread had to be ended. */
export class Quarantine {
  readonly #clock: Clock;
  readonly #tenants = new Map<string, Conduct>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws `MT_SERVICE_QUARANTINED` */
  assertFree(tenantId: string): void {
    const leftMs = (this.#tenants.get(tenantId)?.until ?? -Infinity) - this.#clock.now();
    if (leftMs > 0) throw new ServiceQuarantinedError(tenantId, leftMs);
  }

  /** A limit was broken. */
  fault(tenantId: string): void {
    const now = this.#clock.now();
    const before = this.#conduct(tenantId, now);
    const faults = [...before.faults.filter((at) => at > now - WINDOW_MS), now];
    if (faults.length >= FAULTS) this.#pause(tenantId, before, now);
    else this.#set(tenantId, { ...before, faults, at: now });
  }

  /** A thread had to be ended. */
  threadEnded(tenantId: string): void {
    const now = this.#clock.now();
    this.#pause(tenantId, this.#conduct(tenantId, now), now);
  }

  #pause(tenantId: string, { pauses }: Conduct, now: number): void {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** pauses, LONGEST_PAUSE_MS);
    this.#set(tenantId, { faults: [], pauses: Math.min(pauses + 1, 30), until: now + pauseMs, at: now });
  }

  #conduct(tenantId: string, now: number): Conduct {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined && known.at > now - FORGOTTEN_AFTER_MS) return known;
    return { faults: [], pauses: 0, until: -Infinity, at: now };
  }

  #set(tenantId: string, conduct: Conduct): void {
    this.#tenants.delete(tenantId);
    this.#tenants.set(tenantId, conduct);
    if (this.#tenants.size > MOST_TENANTS) this.#tenants.delete(this.#tenants.keys().next().value as string);
  }
}
