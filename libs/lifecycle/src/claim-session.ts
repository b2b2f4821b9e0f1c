import { pause } from '@tenantry/core/spi';
import type { Clock } from '@tenantry/core';
import type { Timer } from '@tenantry/core/spi';
import { OperationTakenOverError } from './lifecycle.errors.js';
import type { OperationClaim, OperationPatch, TenantLifecycleStore } from './tenant-lifecycle-store.js';
import type { TenantOperation } from './tenant-operation.js';

/** What a session needs around it. */
export interface ClaimSessionParts {
  readonly store: TenantLifecycleStore;
  readonly clock: Clock;
  readonly leaseMs: number;
  /** Fires when the node shuts down. */
  readonly stop: AbortSignal;
}

/** One stretch of work on a claimed operation. Keeps the claim until {@link end}. */
export class ClaimSession {
  /** Fires when the claim is lost or the node shuts down. */
  readonly signal: AbortSignal;
  /** What went wrong last, as it was thrown. */
  lastCause: unknown;
  readonly #parts: ClaimSessionParts;
  readonly #claim: OperationClaim;
  readonly #lost = new AbortController();
  #timer: Timer | undefined;
  #ended = false;

  constructor(parts: ClaimSessionParts, claim: OperationClaim) {
    this.#parts = parts;
    this.#claim = claim;
    this.signal = AbortSignal.any([parts.stop, this.#lost.signal]);
    this.#beat();
  }

  /** Records progress. @throws `MT_OPERATION_TAKEN_OVER`, and what the patch's write throws */
  save(patch: OperationPatch): Promise<TenantOperation> {
    return this.#parts.store.save(this.#claim, patch);
  }

  /** Keeps the claim and reads the operation. @throws `MT_OPERATION_TAKEN_OVER` */
  renew(): Promise<TenantOperation> {
    return this.#parts.store.renew(this.#claim, this.#parts.leaseMs);
  }

  /** Waits, at most until {@link signal} fires. */
  async pause(ms: number): Promise<void> {
    await pause(this.#parts.clock, ms, this.signal);
  }

  /** Stops keeping the claim. */
  end(): void {
    this.#ended = true;
    this.#timer?.clear();
  }

  /** Three heartbeats in a lease: two may be missed. */
  #beat(): void {
    if (this.#ended || this.#lost.signal.aborted) return;
    this.#timer = this.#parts.clock.setTimer(() => void this.#keep(), this.#parts.leaseMs / 3);
  }

  async #keep(): Promise<void> {
    try {
      await this.renew();
    } catch (error) {
      // The database may be back before the lease ends; only a lost claim is final.
      if (error instanceof OperationTakenOverError && !this.#ended) this.#lost.abort(error);
    }
    this.#beat();
  }
}
