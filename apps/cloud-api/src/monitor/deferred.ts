/** A promise without a value that its owner settles. */
export class Deferred {
  readonly promise: Promise<void>;
  #resolve: () => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Fulfils the promise. Idempotent. */
  resolve(): void {
    this.#resolve();
  }
}
