import { LinkedList } from '../kernel/linked-list.js';
import type { Waiter } from './waiter.js';

/** How fast the measured time of a lane follows the newest request. */
const LEARNING = 1 / 8;

/** What one lane has done, and does now. */
export interface LaneStats {
  readonly name: string;
  readonly weight: number;
  readonly inFlight: number;
  readonly queued: number;
  /** Milliseconds of the event loop that a request takes, as measured. */
  readonly costMs: number;
  readonly admitted: number;
  /** Requests that were refused: the queue was full, or they waited too long. */
  readonly refused: number;
}

/** The queue of one tenant, or of one class of requests, with the share of the server that it has had. */
export class Lane {
  readonly name: string;
  readonly queue = new LinkedList<Waiter<Lane>>();
  weight: number;
  /** Cost that was admitted, divided by the weight: of the lanes that wait, the one with the least is next. */
  virtualTime = 0;
  costMs = 0;
  inFlight = 0;
  admitted = 0;
  refused = 0;
  /** Place in the heap of lanes that wait; -1 = none. */
  place = -1;
  #isMeasured = false;

  constructor(name: string, weight: number) {
    this.name = name;
    this.weight = weight;
  }

  get isIdle(): boolean {
    return this.inFlight === 0 && this.queue.size === 0;
  }

  /** Learns what a request has taken. The first one counts whole. */
  learn(tookMs: number): void {
    this.costMs = this.#isMeasured ? this.costMs + (tookMs - this.costMs) * LEARNING : tookMs;
    this.#isMeasured = true;
  }

  stats(): LaneStats {
    const { name, weight, inFlight, queue, costMs, admitted, refused } = this;
    return { name, weight, inFlight, queued: queue.size, costMs, admitted, refused };
  }
}
