/**
 * Runs a check for all who need its answer. A caller joins no run that has begun before its call, whose answer may be out
 * of date; so at most one run is under way and one follows it.
 */
export class SharedCheck<T> {
  readonly #check: () => Promise<T>;
  #running: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(check: () => Promise<T>) {
    this.#check = check;
  }

  /** The answer of a run that begins now or later. */
  run(): Promise<T> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#after(this.#running);
    return this.#next;
  }

  async #after(running: Promise<T>): Promise<T> {
    await running.catch(() => undefined);
    this.#next = undefined;
    return this.#start();
  }

  #start(): Promise<T> {
    const running = this.#check().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
