const USER = 'user';

/** Finds out whether code reads `user` of a request that has none, until it is stopped; then the request is as it was. */
export class UserReadWatch {
  readonly #request: object;
  readonly #isWatching: boolean;
  #isRead = false;

  constructor(request: object) {
    this.#request = request;
    this.#isWatching =
      Object.isExtensible(request) && (Reflect.get(request, USER) ?? null) === null && !Object.hasOwn(request, USER);
    if (!this.#isWatching) return;
    Object.defineProperty(request, USER, {
      configurable: true,
      get: () => void (this.#isRead = true),
      set: (value: unknown) => this.#assign(value),
    });
  }

  /** Whether a user was read and not there. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** Idempotent. A user that was assigned meanwhile stays. */
  stop(): void {
    const own = Object.getOwnPropertyDescriptor(this.#request, USER);
    if (this.#isWatching && own?.get !== undefined) Reflect.deleteProperty(this.#request, USER);
  }

  #assign(value: unknown): void {
    Object.defineProperty(this.#request, USER, { value, configurable: true, enumerable: true, writable: true });
  }
}
