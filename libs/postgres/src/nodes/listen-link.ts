import type { Clock, Timer } from '@tenantry/core';
import type { ChangeListener, ChangeSubscription } from './change-listener.js';

/** What a {@link ListenLink} is made with. */
export interface ListenLinkParts {
  readonly listener: ChangeListener;
  readonly clock: Clock;
  /** Milliseconds between two signs of life. */
  readonly heartbeatMs: number;
  /** Something may have changed: a notification, or a link that is back after notifications were missed. */
  readonly onHint: () => void;
  readonly onError: (error: unknown) => void;
  /** 0 up to 1; spreads the reconnections of many nodes. */
  readonly random: () => number;
}

const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 5_000;

/** Keeps one connection listening: asks it for signs of life, and connects again, with growing pauses, when it is lost. */
export class ListenLink {
  readonly #parts: ListenLinkParts;
  #subscription: ChangeSubscription | undefined;
  #timer: Timer | undefined;
  #failures = 0;
  #reconnects = 0;
  #closed = false;

  constructor(parts: ListenLinkParts) {
    this.#parts = parts;
  }

  /** Whether a connection listens at the moment. */
  get listening(): boolean {
    return this.#subscription !== undefined;
  }

  /** How often a lost connection was replaced. */
  get reconnects(): number {
    return this.#reconnects;
  }

  /** Connects; when that fails, goes on trying in the background. Never rejects. */
  async open(): Promise<void> {
    try {
      await this.#connect();
    } catch (error) {
      this.#retry(error);
    }
  }

  /** Ends the connection and stops trying. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.clear();
    const subscription = this.#subscription;
    this.#subscription = undefined;
    await subscription?.close();
  }

  async #connect(): Promise<void> {
    const { listener, onHint } = this.#parts;
    const subscription = await listener.listen({ onHint, onLost: (error) => this.#lose(error) });
    if (this.#closed) return subscription.close();
    this.#subscription = subscription;
    this.#failures = 0;
    this.#schedule(this.#parts.heartbeatMs, () => this.#check(subscription));
    onHint();
  }

  async #check(subscription: ChangeSubscription): Promise<void> {
    try {
      await subscription.check();
      if (this.#subscription === subscription) this.#schedule(this.#parts.heartbeatMs, () => this.#check(subscription));
    } catch (error) {
      if (this.#subscription === subscription) this.#lose(error);
    }
  }

  #lose(error: unknown): void {
    const lost = this.#subscription;
    this.#subscription = undefined;
    void lost?.close();
    this.#reconnects += 1;
    this.#retry(error);
  }

  #retry(error: unknown): void {
    if (this.#closed) return;
    this.#parts.onError(error);
    const pauseMs = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures, LONGEST_BACKOFF_MS);
    this.#failures += 1;
    this.#schedule(pauseMs * (0.5 + this.#parts.random() / 2), () => this.open());
  }

  #schedule(delayMs: number, work: () => Promise<void>): void {
    this.#timer?.clear();
    if (!this.#closed) this.#timer = this.#parts.clock.setTimer(() => void work(), delayMs);
  }
}
