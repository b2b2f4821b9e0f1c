import type { Clock, Timer } from '../../kernel/clock.js';

/** Marks an error as the factory's own fault, in contrast to a lack of room or a caller's timeout. */
export class FactoryFault extends Error {
  constructor(cause: unknown) {
    super('The factory failed.', { cause });
  }
}

/** What bounds a factory's call, and who is notified of its end. */
export interface FactoryCallParts<TClient> {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds until it is given up. */
  readonly createTimeoutMs: number;
  /** Milliseconds that one that was given up has to end. */
  readonly graceMs: number;
  readonly onTimeout: () => Error;
  /** Called when it failed, or was given up and did not end in time either. */
  readonly onNothing: () => void;
  /** Called when a client comes after it was given up. Never rejects. */
  readonly onLate: (client: TClient) => Promise<void>;
}

/** A factory's call: awaited until its deadline or its signal, and tracked after that. */
export class FactoryCall<TClient> {
  /** The client. Rejects with {@link FactoryFault}, the timeout, or the signal's reason. */
  readonly client: Promise<TClient>;
  /** Settles when nothing of it is left: it has ended, a late client is disposed, or its grace is over. Never rejects. */
  readonly over: Promise<void>;
  readonly #parts: FactoryCallParts<TClient>;
  #timer: Timer;
  #givenUp = false;
  #resolve!: (client: TClient) => void;
  #reject!: (error: unknown) => void;
  #end!: () => void;

  constructor(factory: Promise<TClient>, parts: FactoryCallParts<TClient>) {
    this.#parts = parts;
    this.client = new Promise((resolve, reject) => ([this.#resolve, this.#reject] = [resolve, reject]));
    this.over = new Promise((resolve) => (this.#end = resolve));
    this.#timer = parts.clock.setTimer(() => this.#giveUp(parts.onTimeout()), parts.createTimeoutMs);
    parts.signal.addEventListener('abort', this.#onAbort, { once: true });
    if (parts.signal.aborted) this.#onAbort();
    void factory.then(
      (client) => this.#deliver(client),
      (error: unknown) => this.#fail(error),
    );
  }

  readonly #onAbort = (): void => this.#giveUp(this.#parts.signal.reason);

  #giveUp(error: unknown): void {
    const { clock, graceMs, onNothing } = this.#parts;
    this.#settle();
    this.#givenUp = true;
    this.#timer = clock.setTimer(() => (onNothing(), this.#end()), graceMs);
    this.#reject(error);
  }

  #deliver(client: TClient): void {
    this.#settle();
    if (this.#givenUp) void this.#parts.onLate(client).then(this.#end);
    else this.#end();
    this.#resolve(client);
  }

  #fail(error: unknown): void {
    this.#settle();
    this.#parts.onNothing();
    this.#end();
    this.#reject(new FactoryFault(error));
  }

  #settle(): void {
    this.#timer.clear();
    this.#parts.signal.removeEventListener('abort', this.#onAbort);
  }
}
