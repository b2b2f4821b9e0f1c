import type { Clock } from '@tenantry/core';
import type { Timer } from '@tenantry/core/spi';

/** How often a busy thread is checked. */
const TICK_MS = 20;

/** Where CPU time is known: a turn that uses none of it for so many times its limit is ended all the same. */
const PATIENCE = 20;

/** What a watchdog needs to know of its thread. */
export interface WatchedThread {
  /** How long a turn of an instance may take before the thread is ended, in milliseconds. */
  limitMsOf(instance: number): number;
  /** CPU time of the thread in milliseconds; `undefined` = not known. */
  cpuMs(): number | undefined;
  /** Ends the thread. @param instance whose turn did not end */
  overrun(instance: number): void;
}

/**
 * Ends a thread whose code does not yield: native loops of the engine are interrupted by nothing else. It measures the
 * thread's CPU time, so that a machine that is busy elsewhere ends no service; where that is not known, it counts its own ticks.
 */
export class Watchdog {
  readonly #turns: Int32Array;
  readonly #clock: Clock;
  readonly #thread: WatchedThread;
  #timer: Timer | undefined;
  #turn = 0;
  #ticks = 0;
  #cpuMs: number | undefined;
  #busy = 0;

  constructor(turns: SharedArrayBuffer, clock: Clock, thread: WatchedThread) {
    this.#turns = new Int32Array(turns);
    this.#clock = clock;
    this.#thread = thread;
  }

  /** The instance whose code runs now; `undefined` = none. */
  get running(): number | undefined {
    return Atomics.load(this.#turns, 0) % 2 === 0 ? undefined : Atomics.load(this.#turns, 1);
  }

  /** The thread has work. Balanced by {@link idle}. */
  busy(): void {
    this.#busy++;
    if (this.#busy === 1) this.#watch();
  }

  idle(): void {
    this.#busy--;
    if (this.#busy === 0) this.stop();
  }

  stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
    this.#ticks = 0;
  }

  #watch(): void {
    this.#timer = this.#clock.setTimer(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    const turn = Atomics.load(this.#turns, 0);
    const running = this.running;
    if (running === undefined || turn !== this.#turn) this.#begin(turn);
    else this.#ticks++;
    if (running === undefined || this.#usedMs() < this.#thread.limitMsOf(running)) this.#watch();
    else this.#thread.overrun(running);
  }

  #begin(turn: number): void {
    this.#turn = turn;
    this.#ticks = 0;
    this.#cpuMs = this.#thread.cpuMs();
  }

  /** What the turn has used since the first tick that saw it. */
  #usedMs(): number {
    const passedMs = this.#ticks * TICK_MS;
    if (this.#cpuMs === undefined) return passedMs;
    return Math.max((this.#thread.cpuMs() ?? 0) - this.#cpuMs, passedMs / PATIENCE);
  }
}
