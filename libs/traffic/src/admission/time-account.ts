import type { Lane } from './lane.js';
import type { LaneHeap } from './lane-heap.js';

/** A residue below this is not attributed, milliseconds. */
const NEGLIGIBLE_MS = 1;

/** Attributes the time of the event loop to the lanes whose requests run. */
export class TimeAccount {
  readonly #waiting: LaneHeap;
  readonly #isTimeShared: boolean;
  #running: Lane | undefined;
  #since = 0;
  #charged = 0;
  #attributedMs = 0;

  /** @param isTimeShared whether measured time counts for the shares; else each request counts 1 */
  constructor(waiting: LaneHeap, isTimeShared: boolean) {
    this.#waiting = waiting;
    this.#isTimeShared = isTimeShared;
  }

  /** A request of a lane starts to run: what runs until {@link settle} is its work. Its share is charged what was learned. */
  start(lane: Lane, now: number): void {
    this.#running = lane;
    this.#since = now;
    this.#charged = this.#isTimeShared ? lane.costMs : 1;
    this.#charge(lane, this.#charged);
  }

  /** Attributes the time since the last start. */
  settle(now: number): void {
    const lane = this.#running;
    if (lane === undefined) return;
    this.#running = undefined;
    const tookMs = now - this.#since;
    this.#attributedMs += tookMs;
    lane.learn(tookMs);
    if (this.#isTimeShared) this.#charge(lane, tookMs - this.#charged);
  }

  /**
   * Attributes what a turn took beside the starts to the lanes with requests under way, by their number: work that continues
   * after input and output.
   */
  endTurn(tookMs: number, inUse: Iterable<Lane>, inFlight: number): void {
    const residueMs = tookMs - this.#attributedMs;
    this.#attributedMs = 0;
    if (residueMs < NEGLIGIBLE_MS || inFlight === 0) return;
    for (const lane of inUse) {
      if (lane.inFlight === 0) continue;
      const eachMs = residueMs / inFlight;
      lane.learn(lane.costMs + eachMs);
      if (this.#isTimeShared) this.#charge(lane, eachMs * lane.inFlight);
    }
  }

  #charge(lane: Lane, cost: number): void {
    lane.virtualTime += cost / lane.weight;
    this.#waiting.moved(lane);
  }
}
