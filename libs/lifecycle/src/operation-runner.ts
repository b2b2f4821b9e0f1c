import { outsideScopes } from '@tenantry/core/spi';
import { ClaimSession } from './claim-session.js';
import { publishLifecycle } from './lifecycle-events.js';
import { OperationSteps } from './operation-steps.js';
import type { OperationStepsParts } from './operation-steps.js';
import type { ClaimedOperation } from './tenant-lifecycle-store.js';
import { isOpen } from './tenant-operation.js';
import type { TenantOperation } from './tenant-operation.js';

/** How far and with what an operation is run. */
export interface RunOperationOptions {
  /** What only the request had. */
  readonly input?: unknown;
  /** Ends the run early, with the claim kept. Default: never. */
  readonly until?: (operation: TenantOperation) => boolean;
}

/** How a run has ended. */
export interface OperationRun {
  readonly operation: TenantOperation;
  /** What went wrong last in this run, as it was thrown. */
  readonly cause: unknown;
}

/** Runs claimed operations, step by step, until they are over or have to wait. */
export class OperationRunner {
  readonly #parts: OperationStepsParts;
  readonly #steps: OperationSteps;
  readonly #stop: AbortSignal;

  /** @param stop ends all runs; each releases its claim after its current step */
  constructor(parts: OperationStepsParts, stop: AbortSignal) {
    this.#parts = parts;
    this.#steps = new OperationSteps(parts);
    this.#stop = stop;
  }

  /** @throws `MT_OPERATION_TAKEN_OVER`, `MT_CATALOG_UNAVAILABLE`: another node continues when the lease has ended */
  async run(claimed: ClaimedOperation, options: RunOperationOptions = {}): Promise<OperationRun> {
    const { store, clock, leaseMs } = this.#parts.options;
    const session = new ClaimSession({ store, clock, leaseMs, stop: this.#stop }, claimed.claim);
    try {
      // Participants must neither retain a request nor run in its tenant's scope.
      const operation = await outsideScopes(() => this.#advance(claimed.operation, session, options));
      if (!isOpen(operation)) publishLifecycle({ type: 'ended', operation }, this.#parts.options);
      return { operation, cause: session.lastCause };
    } finally {
      session.end();
    }
  }

  async #advance(
    start: TenantOperation,
    session: ClaimSession,
    { input, until = () => false }: RunOperationOptions,
  ): Promise<TenantOperation> {
    let operation = start;
    while (isOpen(operation) && !until(operation)) {
      if (session.signal.aborted) return session.save({ release: true });
      if (operation.step === 'grace' && (operation.deadlineInMs ?? 0) > 0) {
        return session.save({ release: true, nextAttemptMs: operation.deadlineInMs ?? 0 });
      }
      const { step } = operation;
      operation = await this.#steps.next(operation, session, input);
      if (operation.step !== step) this.#parts.changed(operation);
    }
    return operation;
  }
}
