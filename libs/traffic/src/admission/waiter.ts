import type { Linked } from '../kernel/linked-list.js';

/** A request that waits in a lane. It leaves once: admitted, refused or cancelled. */
export class Waiter<TLane> implements Linked<Waiter<TLane>> {
  previous: Waiter<TLane> | undefined;
  next: Waiter<TLane> | undefined;
  readonly lane: TLane;
  readonly #admit: () => void;
  readonly #refuse: (reason: unknown) => void;
  #onLeave: (() => void) | undefined;
  #isOver = false;

  constructor(lane: TLane, admit: () => void, refuse: (reason: unknown) => void) {
    this.lane = lane;
    this.#admit = admit;
    this.#refuse = refuse;
  }

  /** Calls back once, when it leaves. */
  onLeave(callback: () => void): void {
    this.#onLeave = callback;
  }

  admit(): void {
    if (this.#leave()) this.#admit();
  }

  refuse(reason: unknown): void {
    if (this.#leave()) this.#refuse(reason);
  }

  #leave(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#onLeave?.();
    return true;
  }
}
