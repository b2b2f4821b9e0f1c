/**
 * A map keyed by tenant id. Ids are unique without regard to case, so two spellings are one key; the spelling that is in
 * use costs nothing when it is lower case.
 */
export class TenantMap<V> {
  readonly #values = new Map<string, V>();

  get size(): number {
    return this.#values.size;
  }

  get(tenantId: string): V | undefined {
    const value = this.#values.get(tenantId);
    return value === undefined ? this.#getFolded(tenantId) : value;
  }

  set(tenantId: string, value: V): void {
    this.#values.set(folded(tenantId), value);
  }

  delete(tenantId: string): boolean {
    return this.#values.delete(folded(tenantId));
  }

  keys(): IterableIterator<string> {
    return this.#values.keys();
  }

  entries(): IterableIterator<[string, V]> {
    return this.#values.entries();
  }

  values(): IterableIterator<V> {
    return this.#values.values();
  }

  /** What is no text is refused later, with its name; here it is only not found. */
  #getFolded(tenantId: string): V | undefined {
    return typeof tenantId === 'string' ? this.#values.get(folded(tenantId)) : undefined;
  }
}

/** ASCII only: other letters have no place in an id, and some of them would become one that has (U+212A is a `k` in lower case). */
function folded(tenantId: string): string {
  return tenantId.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
