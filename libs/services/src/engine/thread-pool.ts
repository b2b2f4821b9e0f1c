import type { Clock } from '@tenantry/core';
import { EngineThread } from './engine-thread.js';

/** The threads that run services. They start when they are needed; one that has ended is replaced at the next need. */
export class ThreadPool {
  readonly #clock: Clock;
  readonly #threads: (EngineThread | undefined)[];

  constructor(size: number, clock: Clock) {
    this.#clock = clock;
    this.#threads = Array.from({ length: size }, () => undefined);
  }

  /** The thread with the fewest instances. */
  async thread(): Promise<EngineThread> {
    const index = this.#emptiest();
    const current = this.#threads[index];
    const thread = current === undefined || current.isEnded ? new EngineThread(this.#clock) : current;
    this.#threads[index] = thread;
    await thread.ready;
    return thread;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread?.end()));
    this.#threads.fill(undefined);
  }

  #emptiest(): number {
    const sizes = this.#threads.map((thread) => (thread === undefined || thread.isEnded ? -1 : thread.size));
    return sizes.indexOf(Math.min(...sizes));
  }
}
