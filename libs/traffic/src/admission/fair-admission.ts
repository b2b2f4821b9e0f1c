import type { MaybePromise } from '@tenantry/core/spi';
import { OverloadedError, QueueFullError } from '../errors/traffic.errors.js';
import type { ResolvedFairnessOptions } from './fairness-options.js';
import { LaneHeap } from './lane-heap.js';
import { Lanes } from './lanes.js';
import type { Lane, LaneStats } from './lane.js';
import { TimeAccount } from './time-account.js';
import { Waiter } from './waiter.js';

/** The most requests that start in one turn. */
const MAX_STARTS = 32;
/** The most turns that are left empty after one that took long. */
const MAX_EMPTY_TURNS = 16;

/** A request that asks to be admitted. */
export interface AdmissionRequest {
  /** Name of its lane, as a rule the id of the tenant. */
  readonly lane: string;
  /** Weight of the lane, above 0. */
  readonly weight: number;
  /** Requests of the lane that may wait. Default: the option `maxQueuedPerTenant`. */
  readonly maxQueued?: number | undefined;
  /** Read only where the request has to wait. When it fires, the request leaves its queue at once. */
  readonly signal?: AbortSignal | undefined;
}

/** A request that was admitted. */
export interface Admission {
  /** Milliseconds that it waited; 0 where it did not wait. */
  readonly waitedMs: number;
  /** The request is over. Idempotent. */
  readonly release: () => void;
}

/** Numbers of a {@link FairAdmission}. */
export interface AdmissionStats {
  readonly inFlight: number;
  readonly queued: number;
  /** The lanes that have a request. */
  readonly lanes: readonly LaneStats[];
}

/**
 * Admits requests turn by turn of the event loop, by weighted shares of the time that each lane takes. The server keeps accepting
 * connections and reading requests meanwhile, so a lane that sends little is admitted ahead of one that sends much.
 */
export class FairAdmission {
  readonly #options: ResolvedFairnessOptions;
  readonly #waiting = new LaneHeap();
  readonly #lanes: Lanes;
  readonly #account: TimeAccount;
  #inFlight = 0;
  #queued = 0;
  #virtualTime = 0;
  /** When the running turn began; `undefined` while no turn is awaited. */
  #turnSince: number | undefined;
  #firstStartAt = 0;
  #admittedInTurn = 0;
  #emptyTurns = 0;
  /** Starts that this turn may still have. */
  #planned = 0;

  constructor(options: ResolvedFairnessOptions) {
    this.#options = options;
    this.#lanes = new Lanes(options.maxIdleLanes);
    this.#account = new TimeAccount(this.#waiting, options.cost === 'time');
  }

  /**
   * Admits a request now where no limit prevents it, else later. A promise settles in the async context of the caller.
   *
   * @throws `MT_QUEUE_FULL` (429), `MT_OVERLOADED` (503), and the reason of the signal
   */
  admit(request: AdmissionRequest): MaybePromise<Admission> {
    const lane = this.#lanes.use(request.lane, request.weight);
    const now = this.#options.clock.now();
    this.#account.settle(now);
    if (!this.#mayStart(lane, now)) return this.#wait(lane, request, now);
    this.#awaitTurn(now);
    this.#lanes.used(lane);
    return this.#start(lane, now, 0);
  }

  stats(): AdmissionStats {
    const lanes = [...this.#lanes.inUse()].map((lane) => lane.stats());
    return { inFlight: this.#inFlight, queued: this.#queued, lanes };
  }

  #mayStart(lane: Lane, now: number): boolean {
    if (this.#queued > 0 || this.#planned > 0 || this.#inFlight >= this.#options.maxInFlight) return false;
    if (this.#turnSince === undefined) return true;
    if (this.#emptyTurns > 0) return false;
    return this.#fits(lane, now);
  }

  /** One request fits always, whatever it costs. */
  #fits({ costMs }: Lane, now: number): boolean {
    return this.#admittedInTurn === 0 || now - this.#firstStartAt + costMs <= this.#options.turnBudgetMs;
  }

  #start(lane: Lane, now: number, waitedMs: number): Admission {
    lane.virtualTime = Math.max(lane.virtualTime, this.#virtualTime);
    this.#virtualTime = lane.virtualTime;
    lane.inFlight += 1;
    lane.admitted += 1;
    this.#inFlight += 1;
    if (this.#admittedInTurn === 0) this.#firstStartAt = now;
    this.#admittedInTurn += 1;
    this.#account.start(lane, now);
    return this.#admission(lane, waitedMs);
  }

  #admission(lane: Lane, waitedMs: number): Admission {
    let isOver = false;
    const release = (): void => {
      if (isOver) return;
      isOver = true;
      lane.inFlight -= 1;
      this.#inFlight -= 1;
      this.#lanes.left(lane);
      if (this.#queued > 0) this.#awaitTurn();
    };
    return { waitedMs, release };
  }

  #wait(lane: Lane, request: AdmissionRequest, since: number): Promise<Admission> {
    const refusal = this.#refusalOf(lane, request);
    if (refusal !== undefined) {
      lane.refused += 1;
      return refused(refusal);
    }
    return new Promise((resolve, reject) => {
      const admit = (): void => {
        const now = this.#options.clock.now();
        this.#account.settle(now);
        resolve(this.#start(lane, now, now - since));
      };
      this.#enqueue(new Waiter(lane, admit, reject), request.signal);
    });
  }

  #refusalOf(lane: Lane, { maxQueued, signal }: AdmissionRequest): unknown {
    if (signal?.aborted === true) return signal.reason;
    if (lane.queue.size >= (maxQueued ?? this.#options.maxQueuedPerTenant)) return new QueueFullError(lane.name);
    if (this.#queued >= this.#options.maxQueued)
      return new OverloadedError('Too many requests of all tenants are waiting.');
    return undefined;
  }

  #enqueue(waiter: Waiter<Lane>, signal: AbortSignal | undefined): void {
    const { lane } = waiter;
    this.#lanes.used(lane);
    lane.queue.push(waiter);
    this.#queued += 1;
    if (lane.queue.size === 1) {
      lane.virtualTime = Math.max(lane.virtualTime, this.#virtualTime);
      this.#waiting.add(lane);
    }
    this.#limitWait(waiter, signal);
    this.#awaitTurn();
  }

  #limitWait(waiter: Waiter<Lane>, signal: AbortSignal | undefined): void {
    const { clock, maxWaitMs } = this.#options;
    const timer = clock.setTimer(() => this.#expire(waiter), maxWaitMs);
    const cancel = (): void => this.#cancel(waiter, signal?.reason);
    signal?.addEventListener('abort', cancel, { once: true });
    waiter.onLeave(() => {
      timer.clear();
      signal?.removeEventListener('abort', cancel);
    });
  }

  #expire(waiter: Waiter<Lane>): void {
    waiter.lane.refused += 1;
    this.#cancel(waiter, new OverloadedError(`The request has waited for ${this.#options.maxWaitMs} ms.`));
  }

  #cancel(waiter: Waiter<Lane>, reason: unknown): void {
    this.#dequeue(waiter);
    waiter.refuse(reason);
    this.#lanes.left(waiter.lane);
  }

  #dequeue(waiter: Waiter<Lane>): void {
    const { lane } = waiter;
    lane.queue.remove(waiter);
    this.#queued -= 1;
    if (lane.queue.size === 0) this.#waiting.remove(lane);
  }

  #awaitTurn(now = this.#options.clock.now()): void {
    if (this.#turnSince !== undefined) return;
    this.#turnSince = now;
    this.#options.turns.next(this.#turn);
  }

  /** One turn has passed. Another is awaited while requests wait that may start, and while turns are left empty. */
  readonly #turn = (): void => {
    const now = this.#options.clock.now();
    this.#account.settle(now);
    this.#endTurn(now - (this.#turnSince ?? now));
    this.#turnSince = undefined;
    const canStart = this.#queued > 0 && this.#inFlight < this.#options.maxInFlight;
    if (this.#emptyTurns > 0) this.#awaitTurn(now);
    else if (canStart) this.#planStarts(now);
  };

  /** After a turn over the budget, turns are left empty: meanwhile connections are accepted and requests are read. */
  #endTurn(tookMs: number): void {
    const { turnBudgetMs } = this.#options;
    this.#account.endTurn(tookMs, this.#lanes.inUse(), this.#inFlight);
    if (this.#admittedInTurn === 0) this.#emptyTurns = Math.max(0, this.#emptyTurns - 1);
    else this.#emptyTurns = tookMs > turnBudgetMs ? Math.min(MAX_EMPTY_TURNS, Math.ceil(tookMs / turnBudgetMs)) : 0;
    this.#admittedInTurn = 0;
  }

  /** Each start has a callback of its own, so that its work, promises included, is over before the next is considered. */
  #planStarts(now: number): void {
    this.#planned = Math.min(this.#queued, MAX_STARTS);
    for (let index = 0; index < this.#planned; index += 1) this.#options.turns.next(this.#startNext);
    this.#awaitTurn(now);
  }

  readonly #startNext = (): void => {
    this.#planned -= 1;
    const now = this.#options.clock.now();
    this.#account.settle(now);
    const lane = this.#waiting.first;
    const waiter = lane?.queue.first;
    if (waiter === undefined || this.#inFlight >= this.#options.maxInFlight || !this.#fits(waiter.lane, now)) return;
    this.#dequeue(waiter);
    waiter.admit();
  };
}

/** The reason of a signal may be anything. */
async function refused(reason: unknown): Promise<never> {
  throw reason;
}
