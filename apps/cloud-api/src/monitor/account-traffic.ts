import { Deferred } from './deferred.js';

/** A stop on an account's requests, as `CloudApiMonitor.holdAccount` sets it. */
export interface AccountHold {
  /** Settles when the first request has arrived and is being held. */
  readonly firstArrival: Promise<void>;
  /** Releases the held requests, and lets later ones pass. Idempotent. */
  release(): void;
}

/** What one account did on one surface of the service, and what is to happen to its next requests. */
export class AccountTraffic {
  #requests = 0;
  #failWith: number | null = null;
  #hold: { readonly arrival: Deferred; readonly end: Deferred } | null = null;

  /** Requests authenticated as this account's, those that were then failed on purpose included. */
  get requests(): number {
    return this.#requests;
  }

  /**
   * Counts one request, keeps it while there is a hold, and says how it is to be failed.
   *
   * @returns the HTTP status to answer with, or `null` to serve it
   */
  async admit(): Promise<number | null> {
    this.#requests += 1;
    this.#hold?.arrival.resolve();
    await this.#hold?.end.promise;
    return this.#failWith;
  }

  /**
   * Fails every later request, or serves them again.
   *
   * @param status the HTTP status to answer with; `null` to serve
   */
  failWith(status: number | null): void {
    this.#failWith = status;
  }

  /** Holds every later request. A hold that is there already is released first. */
  hold(): AccountHold {
    this.release();
    const hold = { arrival: new Deferred(), end: new Deferred() };
    this.#hold = hold;
    const release = (): void => {
      hold.end.resolve();
      if (this.#hold === hold) this.#hold = null;
    };
    return { firstArrival: hold.arrival.promise, release };
  }

  /** Releases the hold, if there is one. */
  release(): void {
    this.#hold?.end.resolve();
    this.#hold = null;
  }
}
