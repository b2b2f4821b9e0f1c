import type { Timer } from '@tenantry/core/spi';
import { outsideScopes } from '@tenantry/core/spi';
import { publishLifecycle } from './lifecycle-events.js';
import { OperationRunner } from './operation-runner.js';
import type { OperationStepsParts } from './operation-steps.js';
import type { ClaimedOperation } from './tenant-lifecycle-store.js';

/** Operations that no caller waits for: those that callers left to go on behind them, and those that a look found abandoned. */
export class BackgroundOperations {
  readonly #options: OperationStepsParts['options'];
  readonly #runner: OperationRunner;
  readonly #retired = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #resumed = 0;
  #timer: Timer | undefined;
  #looking: Promise<void> | undefined;
  #started = false;

  constructor(parts: OperationStepsParts) {
    this.#options = parts.options;
    this.#runner = new OperationRunner(parts, this.#retired.signal);
  }

  /** Looks for abandoned operations at once, then regularly. Idempotent. The timer does not keep the process alive. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.look();
  }

  /** Claims what is due and begins to run it. A call during a look joins it. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= outsideScopes(() => this.#look()).finally(() => {
      this.#looking = undefined;
      this.#timer?.clear();
      if (this.#started)
        this.#timer = this.#options.clock.setTimer(() => void this.look(), this.#options.resumeIntervalMs);
    });
    return this.#looking;
  }

  /** Runs the rest of an operation behind its caller. After {@link retire} it is given up, and this settles when that is recorded. */
  async take(claimed: ClaimedOperation): Promise<void> {
    const run = this.#run(claimed);
    if (this.#retired.signal.aborted) await run;
  }

  /** Takes up nothing abandoned any more. Idempotent. */
  stop(): void {
    this.#started = false;
    this.#timer?.clear();
  }

  /** Gives everything up, each operation after the piece of work that it is at, and settles when that is done. Idempotent. */
  async retire(): Promise<void> {
    this.stop();
    this.#retired.abort();
    await this.idle();
  }

  /** Settles when nothing runs here any more. */
  async idle(): Promise<void> {
    await this.#looking;
    await Promise.all(this.#running);
  }

  async #look(): Promise<void> {
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
