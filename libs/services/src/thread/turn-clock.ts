import { threadTimeMs } from './thread-time.js';

/**
 * Marks turns: the time in which guest code runs. The mark is in shared memory, so that the main thread sees a turn
 * that does not end; the deadline is checked by the engine's interrupt handler.
 */
export class TurnClock {
  readonly #turns: Int32Array;
  #startedAt = 0;
  #endsAt = 0;
  #isOver = false;

  constructor(turns: SharedArrayBuffer) {
    this.#turns = new Int32Array(turns);
  }

  /** Whether the last turn used more than it may. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Runs guest code. @returns CPU milliseconds that it used */
  run(instance: number, budgetMs: number, turn: () => void): number {
    this.#startedAt = threadTimeMs();
    this.#endsAt = this.#startedAt + budgetMs;
    this.#isOver = false;
    Atomics.store(this.#turns, 1, instance);
    Atomics.add(this.#turns, 0, 1);
    try {
      turn();
    } finally {
      Atomics.add(this.#turns, 0, 1);
    }
    return threadTimeMs() - this.#startedAt;
  }

  /** CPU milliseconds of the turn that runs. */
  get elapsedMs(): number {
    return threadTimeMs() - this.#startedAt;
  }

  /** For the interrupt handler. */
  readonly interrupts = (): boolean => {
    if (threadTimeMs() > this.#endsAt) this.#isOver = true;
    return this.#isOver;
  };
}
