import { AsyncLocalStorage } from 'node:async_hooks';
import { ManualClock } from '@tenantry/testing';
import type { Turns } from './event-loop.js';
import { FairAdmission } from './fair-admission.js';
import type { Admission } from './fair-admission.js';
import { resolveFairnessOptions } from './fairness-options.js';
import type { FairnessOptions } from './fairness-options.js';

/** Turns that a test makes. */
class ManualTurns implements Turns {
  #callbacks: (() => void)[] = [];

  get isIdle(): boolean {
    return this.#callbacks.length === 0;
  }

  next(callback: () => void): void {
    this.#callbacks.push(callback);
  }

  /** One turn: each callback, and the promises that it settles. */
  async pass(): Promise<void> {
    for (const callback of this.#callbacks.splice(0)) {
      callback();
      for (let index = 0; index < 5; index += 1) await Promise.resolve();
    }
  }
}

class Bench {
  readonly clock = new ManualClock();
  readonly turns = new ManualTurns();
  readonly admission: FairAdmission;
  readonly started: string[] = [];
  readonly refused: { lane: string; code: unknown }[] = [];

  constructor(options: FairnessOptions = {}) {
    this.admission = new FairAdmission(resolveFairnessOptions({ ...options, clock: this.clock, turns: this.turns }));
  }

  /** A request that works for so long when it is admitted, and is over then unless it is kept. */
  request(
    lane: string,
    { weight = 1, workMs = 0, isKept = false, signal = undefined as AbortSignal | undefined } = {},
  ): Promise<Admission | undefined> {
    const admitted = (admission: Admission): Admission => {
      this.started.push(lane);
      this.clock.advance(workMs);
      if (!isKept) admission.release();
      return admission;
    };
    const result = this.admission.admit({ lane, weight, signal });
    if (!(result instanceof Promise)) return Promise.resolve(admitted(result));
    return result.then(
      admitted,
      (error: { code?: unknown }) => void this.refused.push({ lane, code: error.code ?? error }),
    );
  }

  async passUntilIdle(limit = 10_000): Promise<void> {
    for (let count = 0; !this.turns.isIdle && count < limit; count += 1) await this.turns.pass();
  }

  countOf(lane: string): number {
    return this.started.filter((each) => each === lane).length;
  }
}

/** Fairness of shares: 1 = each has what its weight says. */
function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  return (sum * sum) / (shares.length * shares.reduce((total, share) => total + share * share, 0));
}

describe('fair admission', () => {
  it('admits a request at once while nothing else wants the server', () => {
    const { admission } = new Bench();
    const result = admission.admit({ lane: 'a', weight: 1 });
    expect(result).toMatchObject({ waitedMs: 0 });
  });

  it('asks for no turn once it has nothing to do', async () => {
    const bench = new Bench();
    await bench.request('a');
    await bench.passUntilIdle();
    expect(bench.turns.isIdle).toBe(true);
    expect(bench.admission.stats()).toEqual({ inFlight: 0, queued: 0, lanes: [] });
  });

  it('starts one expensive request per turn, and leaves turns empty after it', async () => {
    const bench = new Bench({ turnBudgetMs: 2 });
    for (let index = 0; index < 3; index += 1) void bench.request('noisy', { workMs: 10 });
    expect(bench.countOf('noisy')).toBe(1);
    await bench.turns.pass();
    for (let empty = 0; empty < 4; empty += 1) await bench.turns.pass();
    expect(bench.countOf('noisy')).toBe(1);
    await bench.turns.pass();
    await bench.turns.pass();
    expect(bench.countOf('noisy')).toBe(2);
  });

  it('starts as many cheap requests in a turn as its budget holds', async () => {
    const bench = new Bench({ turnBudgetMs: 2, maxInFlight: 1 });
    const first = await bench.request('a', { workMs: 0.5, isKept: true });
    for (let index = 0; index < 20; index += 1) void bench.request('a', { workMs: 0.5 });
    await bench.passUntilIdle();
    first?.release();
    await bench.turns.pass();
    const before = bench.started.length;
    await bench.turns.pass();
    expect(bench.started.length - before).toBe(4);
  });

  it('admits a tenant that sends little ahead of one that floods', async () => {
    const bench = new Bench();
    for (let index = 0; index < 64; index += 1) void bench.request('noisy', { workMs: 10 });
    for (let round = 0; round < 7; round += 1) await bench.turns.pass();
    const before = bench.countOf('noisy');
    void bench.request('quiet', { workMs: 0.1 });
    while (bench.countOf('quiet') === 0) await bench.turns.pass();
    expect(bench.countOf('noisy') - before).toBeLessThanOrEqual(1);
  });

  it('shares time by weight: Jain index of 50 tenants of weights 1, 2, 4 is at least 0.98', async () => {
    const bench = new Bench({ maxQueued: 1_000_000, maxWaitMs: 10_000_000 });
    const tenants = Array.from({ length: 50 }, (_, index) => ({
      lane: `t${index}`,
      weight: [1, 2, 4][index % 3] as number,
      workMs: [1, 4, 10][(index % 7) % 3] as number,
    }));
    for (const { lane, weight, workMs } of tenants)
      for (let index = 0; index < 200; index += 1) void bench.request(lane, { weight, workMs });
    while (bench.started.length < 2_000) await bench.turns.pass();
    const shares = tenants.map(({ lane, weight, workMs }) => (bench.countOf(lane) * workMs) / weight);
    expect(jain(shares)).toBeGreaterThanOrEqual(0.98);
  });

  it('shares requests by weight where cost is requests', async () => {
    const bench = new Bench({ cost: 'requests' });
    for (let index = 0; index < 200; index += 1) {
      void bench.request('small', { workMs: 1 });
      void bench.request('large', { weight: 3, workMs: 5 });
    }
    while (bench.started.length < 120) await bench.turns.pass();
    expect(bench.countOf('large') / bench.countOf('small')).toBeCloseTo(3, 0);
  });

  it('attributes work after input and output to the tenants whose requests are under way', async () => {
    const bench = new Bench();
    const kept = await Promise.all([
      bench.request('noisy', { isKept: true }),
      bench.request('noisy', { isKept: true }),
    ]);
    bench.clock.advance(20);
    await bench.turns.pass();
    expect(bench.admission.stats().lanes[0]?.costMs).toBeGreaterThan(1);
    kept.forEach((each) => each?.release());
  });

  it('works on no more than maxInFlight requests at once', async () => {
    const bench = new Bench({ maxInFlight: 2 });
    const first = await bench.request('a', { isKept: true });
    await bench.request('a', { isKept: true });
    void bench.request('b', { isKept: true });
    await bench.passUntilIdle();
    expect(bench.admission.stats()).toMatchObject({ inFlight: 2, queued: 1 });
    first?.release();
    first?.release();
    await bench.passUntilIdle();
    expect(bench.started).toEqual(['a', 'a', 'b']);
  });

  it('refuses what a tenant sends beyond its queue with 429, and beyond the queue of all with 503', async () => {
    const bench = new Bench({ maxInFlight: 1, maxQueued: 3, maxQueuedPerTenant: 2 });
    await bench.request('a', { isKept: true });
    for (let index = 0; index < 3; index += 1) void bench.request('a');
    void bench.request('b');
    await bench.request('c');
    expect(bench.refused).toEqual([
      { lane: 'a', code: 'MT_QUEUE_FULL' },
      { lane: 'c', code: 'MT_OVERLOADED' },
    ]);
  });

  it('refuses a request that has waited for maxWaitMs, and frees its place', async () => {
    const bench = new Bench({ maxInFlight: 1, maxWaitMs: 5_000 });
    await bench.request('a', { isKept: true });
    const waiting = bench.request('b');
    bench.clock.advance(4_999);
    expect(bench.admission.stats().queued).toBe(1);
    bench.clock.advance(1);
    await waiting;
    expect(bench.refused).toEqual([{ lane: 'b', code: 'MT_OVERLOADED' }]);
    expect(bench.admission.stats().queued).toBe(0);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('frees the place of a client that has gone at once, from any place of the queue', async () => {
    const bench = new Bench({ maxInFlight: 1 });
    const first = await bench.request('a', { isKept: true });
    const gone = new AbortController();
    void bench.request('b');
    const cancelled = bench.request('b', { signal: gone.signal });
    void bench.request('b');
    gone.abort('gone');
    await cancelled;
    expect(bench.refused).toEqual([{ lane: 'b', code: 'gone' }]);
    expect(bench.admission.stats().queued).toBe(2);
    first?.release();
    await bench.passUntilIdle();
    expect(bench.started).toEqual(['a', 'b', 'b']);
  });

  it('resumes each request in its own async context: 0 of 10,000 in another', async () => {
    const bench = new Bench({ maxInFlight: 1, maxQueuedPerTenant: 100_000 });
    const context = new AsyncLocalStorage<number>();
    const first = await bench.request('a', { isKept: true });
    let wrong = 0;
    const requests = Array.from({ length: 10_000 }, (_, index) =>
      context.run(index, async () => {
        await bench.request(`t${index % 10}`);
        if (context.getStore() !== index) wrong += 1;
      }),
    );
    first?.release();
    await bench.passUntilIdle(100_000);
    await Promise.all(requests);
    expect([bench.started.length, wrong]).toEqual([10_001, 0]);
  });

  it('keeps the measured time of a bounded number of tenants', async () => {
    const bench = new Bench({ maxIdleLanes: 2 });
    const costOf = async (lane: string): Promise<number | undefined> => {
      await bench.passUntilIdle();
      const kept = await bench.request(lane, { isKept: true });
      const { lanes } = bench.admission.stats();
      kept?.release();
      return lanes.find(({ name }) => name === lane)?.costMs;
    };
    for (const lane of ['a', 'b', 'c']) {
      void bench.request(lane, { workMs: 5 });
      await bench.passUntilIdle();
    }
    expect([await costOf('c'), await costOf('a')]).toEqual([5, 0]);
  });

  it.each([
    ['maxInFlight', 0],
    ['maxInFlight', 1.5],
    ['turnBudgetMs', 0],
    ['turnBudgetMs', Number.NaN],
    ['maxQueued', -1],
    ['maxQueuedPerTenant', 0],
    ['maxWaitMs', 2 ** 31],
    ['maxWaitMs', 0],
    ['cost', 'bytes'],
    ['maxIdleLanes', 0],
  ])('refuses %s of %p at the start', (option, value) => {
    expect(() => resolveFairnessOptions({ [option]: value })).toThrow(
      expect.objectContaining({ code: 'MT_OPTIONS_INVALID', option: `fairness.${option}` }) as Error,
    );
  });
});
