/** One computation at a time for each key. */
export class SingleFlight<R> {
  readonly #running = new Map<string, Promise<R | undefined>>();

  /** How many computations are under way. */
  get size(): number {
    return this.#running.size;
  }

  /**
   * Computes, or waits for the computation of the same key that is under way.
   *
   * @param compute gives `undefined` for what must not be shared
   * @returns what was computed; `undefined` where another caller's computation failed or must not be shared: then try again
   */
  async run(
    key: string,
    compute: () => Promise<R | undefined>,
  ): Promise<{ readonly isOwn: boolean; readonly result: R | undefined }> {
    const other = this.#running.get(key);
    if (other !== undefined) return { isOwn: false, result: await other.catch(() => undefined) };
    const own = compute();
    this.#running.set(key, own);
    try {
      return { isOwn: true, result: await own };
    } finally {
      if (this.#running.get(key) === own) this.#running.delete(key);
    }
  }

  /** The next caller computes again. Those that wait already get what they wait for. */
  forget(key: string): void {
    this.#running.delete(key);
  }
}
