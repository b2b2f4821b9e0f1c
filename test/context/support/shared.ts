import { EventEmitter } from 'node:events';

/**
 * A pool of a few places with a callback API, as drivers have it: a waiting callback is called by the code that gives a place back.
 */
export class CallbackPool {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  take(callback: () => void): void {
    if (this.#free === 0) {
      this.#waiting.push(callback);
      return;
    }
    this.#free -= 1;
    callback();
  }

  giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

/** Runs tasks one after another; the task that ends starts the next one. */
export class TaskQueue {
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = false;

  add<R>(task: () => Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => task().then(resolve, reject));
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) await next();
    this.#running = false;
  }
}

/** What all requests of an application have in common. */
export class SharedThings {
  readonly bus = new EventEmitter().setMaxListeners(0);
  readonly pool = new CallbackPool(3);
  readonly queue = new TaskQueue();
}
