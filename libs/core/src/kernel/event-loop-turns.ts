/** Counts the turns of the event loop: two readings that are equal were taken within one. Costs nothing while it is not read. */
export class EventLoopTurns {
  #count = 0;
  #isCounting = false;

  get current(): number {
    if (!this.#isCounting) {
      this.#isCounting = true;
      setImmediate(this.#next);
    }
    return this.#count;
  }

  readonly #next = (): void => {
    this.#isCounting = false;
    this.#count += 1;
  };
}
