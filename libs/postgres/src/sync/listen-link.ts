import type { Clock } from '@tenantry/core';
import type { Timer } from '@tenantry/core/spi';
import type { ChangeListener, ChangeSubscription } from './change-listener.js';
import { withinTime } from '../sql/within-time.js';

/** What a {@link ListenLink} is made with. */
export interface ListenLinkParts {
  readonly listener: ChangeListener;
  readonly clock: Clock;
  /** Milliseconds between two heartbeats. */
  readonly heartbeatMs: number;
  /** Something may have changed: a notification, or a link that is back after notifications were missed. */
  readonly onHint: () => void;
  readonly onError: (error: unknown) => void;
  /** 0 up to 1; spreads the reconnections of many nodes. */
  readonly random: () => number;
}

const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 5_000;
const PATIENCE_MS = 5_000;

/**
 * Keeps one connection listening: sends heartbeats, and reconnects with exponential backoff when it is lost. A
 * server that does not answer within 5 s counts as lost, whatever the driver's own timeouts are.
 */
export class ListenLink {
  readonly #parts: ListenLinkParts;
  #subscription: ChangeSubscription | undefined;
  /** Identifies the connection that is being made or listens; events of an earlier one are ignored. */
  #current: symbol | undefined;
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

  /** Connects; when that fails, retries in the background. Never rejects. */
  async open(): Promise<void> {
    const link = Symbol('link');
    this.#current = link;
    try {
      await this.#connect(link);
    } catch (error) {
      this.#lose(link, error);
    }
  }

  /** Ends the connection and stops trying. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#current = undefined;
    this.#timer?.clear();
    const subscription = this.#subscription;
    this.#subscription = undefined;
    if (subscription !== undefined) await this.#inTime('to end', subscription.close()).catch(() => undefined);
  }

  async #connect(link: symbol): Promise<void> {
    const { listener, onHint, heartbeatMs } = this.#parts;
    const listening = listener.listen({ onHint, onLost: (error) => this.#lose(link, error) });
    const subscription = await this.#inTime('to listen', listening).catch((error: unknown) => {
      listening.then((late) => late.close()).catch(() => undefined);
      throw error;
    });
    if (this.#current !== link) return subscription.close();
    this.#subscription = subscription;
    this.#failures = 0;
    this.#schedule(heartbeatMs, () => this.#check(link, subscription));
    onHint();
  }

  async #check(link: symbol, subscription: ChangeSubscription): Promise<void> {
    try {
      await this.#inTime('to answer a heartbeat', subscription.check());
      if (this.#current === link) this.#schedule(this.#parts.heartbeatMs, () => this.#check(link, subscription));
    } catch (error) {
      this.#lose(link, error);
    }
  }

  #lose(link: symbol, error: unknown): void {
    if (this.#current !== link) return;
    this.#current = undefined;
    const lost = this.#subscription;
    this.#subscription = undefined;
    if (lost !== undefined) this.#reconnects += 1;
    lost?.close().catch(() => undefined);
    this.#retry(error);
  }

  #retry(error: unknown): void {
    if (this.#closed) return;
    this.#parts.onError(error);
    const pauseMs = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures, LONGEST_BACKOFF_MS);
    this.#failures += 1;
    this.#schedule(pauseMs * (0.5 + this.#parts.random() / 2), () => this.open());
  }

  #inTime<R>(what: string, work: Promise<R>): Promise<R> {
    return withinTime(this.#parts.clock, PATIENCE_MS, `The connection for changes ${what}`, work);
  }

  #schedule(delayMs: number, work: () => Promise<void>): void {
    this.#timer?.clear();
    if (!this.#closed) this.#timer = this.#parts.clock.setTimer(() => void work(), delayMs);
  }
}
