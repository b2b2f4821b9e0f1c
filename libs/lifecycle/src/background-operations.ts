import type { Timer } from '@tenantry/core/spi';
import { outsideScopes } from '@tenantry/core/spi';
import { publishLifecycle } from './lifecycle-events.js';
import { OperationRunner } from './operation-runner.js';
import type { OperationStepsParts } from './operation-steps.js';
import type { ClaimedOperation } from './tenant-lifecycle-store.js';

/** Operations that no caller waits for: those whose caller has returned, and those that a poll found abandoned. */
export class BackgroundOperations {
  readonly #options: OperationStepsParts['options'];
  readonly #runner: OperationRunner;
  readonly #retired = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #resumed = 0;
  #timer: Timer | undefined;
  #polling: Promise<void> | undefined;
  #started = false;

  constructor(parts: OperationStepsParts) {
    this.#options = parts.options;
    this.#runner = new OperationRunner(parts, this.#retired.signal);
  }

  /** Looks for abandoned operations at once, then regularly. Idempotent. The timer does not keep the process alive. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.poll();
  }

  /** Claims what is due and begins to run it. A call during a poll joins it. Never rejects. */
  poll(): Promise<void> {
    this.#polling ??= outsideScopes(() => this.#poll()).finally(() => {
      this.#polling = undefined;
      this.#timer?.clear();
      if (this.#started)
        this.#timer = this.#options.clock.setTimer(() => void this.poll(), this.#options.resumeIntervalMs);
    });
    return this.#polling;
  }

  /** Runs the rest of an operation in the background. After {@link retire} it is given up, and this settles when that is recorded. */
  async take(claimed: ClaimedOperation): Promise<void> {
    const run = this.#run(claimed);
    if (this.#retired.signal.aborted) await run;
  }

  /** Takes up nothing abandoned any more. Idempotent. */
  stop(): void {
    this.#started = false;
    this.#timer?.clear();
  }

  /** Releases all operations, each after its current step, and settles when that is done. Idempotent. */
  async retire(): Promise<void> {
    this.stop();
    this.#retired.abort();
    await this.idle();
  }

  /** Settles when nothing runs here any more. */
  async idle(): Promise<void> {
    await this.#polling;
    await Promise.all(this.#running);
  }

  async #poll(): Promise<void> {
    try {
      while (this.#resumed < this.#options.resumeConcurrency) {
        const claimed = await this.#options.store.claimDue(this.#options.leaseMs);
        if (claimed === null) return;
        this.#resumed += 1;
        void this.#run(claimed).finally(() => (this.#resumed -= 1));
      }
    } catch (cause) {
      publishLifecycle({ type: 'interrupted', operationId: undefined, cause }, this.#options);
    }
  }

  /** Never rejects. */
  #run(claimed: ClaimedOperation): Promise<void> {
    const { operationId } = claimed.claim;
    const run: Promise<void> = this.#runner
      .run(claimed)
      .then(
        () => undefined,
        (cause: unknown) => publishLifecycle({ type: 'interrupted', operationId, cause }, this.#options),
      )
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
    return run;
  }
}
