import type { ClientEntry } from '../client-entry.js';

/**
 * The clients that are not in use, in the order of their last use. Every operation takes constant time; what leaves
 * next is always at the old end, so that a sweep inspects only what it evicts.
 */
export class IdleList<TClient> {
  #oldest: ClientEntry<TClient> | null = null;
  #newest: ClientEntry<TClient> | null = null;

  /** The one that was used least recently, or `null`. */
  get oldest(): ClientEntry<TClient> | null {
    return this.#oldest;
  }

  /** Puts an entry at the new end, wherever it was before. */
  touch(entry: ClientEntry<TClient>): void {
    if (this.#newest === entry) return;
    this.remove(entry);
    entry.older = this.#newest;
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  /** Takes an entry out; nothing happens when it is not in the list. */
  remove(entry: ClientEntry<TClient>): void {
    const { older, newer } = entry;
    if (older === null && newer === null && this.#oldest !== entry) return;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    entry.older = null;
    entry.newer = null;
  }
}
