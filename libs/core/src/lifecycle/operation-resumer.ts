import type { Timer } from '../registry/clock.js';
import { publishLifecycle } from './lifecycle-events.js';
import type { ResolvedLifecycleOptions } from './lifecycle-options.js';
import type { OperationRunner } from './operation-runner.js';
import type { ClaimedOperation } from './tenant-lifecycle-store.js';

/** Looks again and again for operations that are due and that nobody works on, and runs them. */
export class OperationResumer {
  readonly #options: ResolvedLifecycleOptions;
  readonly #runner: OperationRunner;
  readonly #running = new Set<Promise<void>>();
  #timer: Timer | undefined;
  #looking: Promise<void> | undefined;
  #started = false;

  constructor(options: ResolvedLifecycleOptions, runner: OperationRunner) {
    this.#options = options;
    this.#runner = runner;
  }

  /** Looks at once, then regularly. Idempotent. The timer does not keep the process alive. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.look();
  }

  /** Claims what is due and begins to run it. A call during a look joins it. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
      this.#timer?.clear();
      if (this.#started)
        this.#timer = this.#options.clock.setTimer(() => void this.look(), this.#options.resumeIntervalMs);
    });
    return this.#looking;
  }

  /** Takes nothing new. Idempotent. */
  stop(): void {
    this.#started = false;
    this.#timer?.clear();
  }

  /** Settles when nothing that was resumed here runs any more. */
  async idle(): Promise<void> {
    await this.#looking;
    await Promise.all(this.#running);
  }

  async #look(): Promise<void> {
    try {
      while (this.#running.size < this.#options.resumeConcurrency) {
        const claimed = await this.#options.store.claimDue(this.#options.leaseMs);
        if (claimed === null) return;
        this.#launch(claimed);
      }
    } catch (cause) {
      publishLifecycle({ type: 'interrupted', operationId: undefined, cause }, this.#options.report);
    }
  }

  #launch(claimed: ClaimedOperation): void {
    const { operationId } = claimed.claim;
    const run: Promise<void> = this.#runner
      .run(claimed)
      .then(
        () => undefined,
        (cause: unknown) => publishLifecycle({ type: 'interrupted', operationId, cause }, this.#options.report),
      )
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }
}
