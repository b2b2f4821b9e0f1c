/** A map of bounded size that evicts the oldest entry. Setting and evicting take constant time. */
export class BoundedMap<V> {
  readonly #entries = new Map<string, V>();
  readonly #maxEntries: number;
  /**
   * Stands before the oldest entry: what it has passed is deleted, and what is set goes to the end. A new iterator for
   * each entry would walk over all that was deleted since the map last grew.
   */
  readonly #oldest = this.#entries.keys();

  /** @param maxEntries 1 and up */
  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  /** Sets an entry, which becomes the newest. */
  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#maxEntries) this.#entries.delete(this.#oldest.next().value as string);
  }

  /** Changes the value of an entry that is there, which keeps its age. */
  replace(key: string, value: V): void {
    if (this.#entries.has(key)) this.#entries.set(key, value);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Deletes every entry whose value matches. */
  deleteWhere(isMeant: (value: V) => boolean): void {
    for (const [key, value] of this.#entries) if (isMeant(value)) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
