/** A set of permissions as bits. Sets with the same content are one object. */
export class PermissionSet {
  readonly #words: Uint32Array;

  constructor(words: Uint32Array) {
    this.#words = words;
  }

  /** @param index place of a permission in the vocabulary, 0 and up */
  has(index: number): boolean {
    return ((this.#words[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }
}

/** Makes {@link PermissionSet}s over a fixed list of permissions. Sets that are no longer used are collected. */
export class PermissionSets {
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #sets = new Map<string, WeakRef<PermissionSet>>();
  readonly #collected = new FinalizationRegistry<string>((key) => {
    if (this.#sets.get(key)?.deref() === undefined) this.#sets.delete(key);
  });

  constructor(permissions: Iterable<string>) {
    this.#indexes = new Map([...permissions].map((permission, index) => [permission, index]));
  }

  /** Sets in use, and some that have just ceased to be. */
  get size(): number {
    return this.#sets.size;
  }

  /** Place of a permission; `undefined` = not in the list. */
  indexOf(permission: string): number | undefined {
    return this.#indexes.get(permission);
  }

  /** The set of these permissions. Those that are not in the list are left out. */
  of(permissions: Iterable<string>): PermissionSet {
    const words = new Uint32Array(Math.ceil(this.#indexes.size / 32));
    for (const permission of permissions) {
      const index = this.#indexes.get(permission);
      if (index !== undefined) words[index >>> 5] = (words[index >>> 5] ?? 0) | (1 << (index & 31));
    }
    return this.#interned(words);
  }

  #interned(words: Uint32Array): PermissionSet {
    const key = String.fromCharCode(...[...words].flatMap((word) => [word & 0xffff, word >>> 16]));
    const known = this.#sets.get(key)?.deref();
    if (known !== undefined) return known;
    const set = new PermissionSet(words);
    this.#sets.set(key, new WeakRef(set));
    this.#collected.register(set, key);
    return set;
  }
}
