import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { ManualClock } from '@tenantry/testing';
import { LeasedRateStore } from '@tenantry/traffic';
import type { LeasedRateStoreOptions, PointLimiterOptions, ResolvedRatePolicy } from '@tenantry/traffic';
import { Redis } from 'ioredis';
import pg from 'pg';
import { RateLimiterPostgres, RateLimiterRedis } from 'rate-limiter-flexible';
import { brokers } from '../support/brokers.js';
import { createTestDatabase } from '../support/postgres.js';
import type { TestDatabase } from '../support/postgres.js';

const { redis } = brokers(['redis']);
const policy: ResolvedRatePolicy = { requests: 1_000, perMs: 3_600_000, burst: 1_000, kind: 'rate', name: 'hour' };

/** Requests that two saturated nodes admit together. */
async function admittedByTwo(limiter: LeasedRateStoreOptions['limiter']): Promise<{ admitted: number; calls: number }> {
  let calls = 0;
  const counted: LeasedRateStoreOptions['limiter'] = (options) => {
    const inner = limiter(options);
    return { consume: (key, points) => ((calls += 1), inner.consume(key, points)) };
  };
  const nodes = [0, 1].map(() => new LeasedRateStore({ limiter: counted, timeoutMs: 10_000 }));
  const key = `tenant ${randomUUID()}`;
  let admitted = 0;
  for (let round = 0; round < 50; round += 1) {
    const results = await Promise.all(
      nodes.flatMap((node) => Array.from({ length: 25 }, () => node.take(key, 1, policy))),
    );
    admitted += results.filter(({ isAllowed }) => isAllowed).length;
  }
  return { admitted, calls };
}

function expectTheLimit({ admitted, calls }: { admitted: number; calls: number }): void {
  expect(admitted).toBeGreaterThanOrEqual(980);
  expect(admitted).toBeLessThanOrEqual(1_020);
  expect(calls).toBeLessThanOrEqual(210);
}

describe.each(redis === undefined ? [] : [redis])('two nodes with a store of rates on %s', (url) => {
  it('admit the limit together within 2 %, and call the store for few of the requests', async () => {
    const client = new Redis(url);
    try {
      const prefix = randomUUID();
      const limiter = ({ keyPrefix, ...options }: PointLimiterOptions): RateLimiterRedis =>
        new RateLimiterRedis({ ...options, keyPrefix: `${prefix}:${keyPrefix}`, storeClient: client });
      expectTheLimit(await admittedByTwo(limiter));
    } finally {
      client.disconnect();
    }
  });
});

describe('two nodes with a store of rates on PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await createTestDatabase()));
  afterAll(() => database.drop());

  it('admit the limit together within 2 %, and call the store for few of the requests', async () => {
    const pool = new pg.Pool({ connectionString: database.adminUrl, max: 4 });
    try {
      await new Promise<void>((resolve, reject) => {
        const made = new RateLimiterPostgres(
          { storeClient: pool, storeType: 'pool', tableName: 'rates', points: 1, duration: 1 },
          (error?: Error) => (error === undefined || error === null ? resolve() : reject(error)),
        );
        expect(made).toBeDefined();
      });
      const limiter = (options: PointLimiterOptions): RateLimiterPostgres =>
        new RateLimiterPostgres({
          ...options,
          storeClient: pool,
          storeType: 'pool',
          tableName: 'rates',
          tableCreated: true,
          clearExpiredByTimeout: false,
        });
      expectTheLimit(await admittedByTwo(limiter));
    } finally {
      await pool.end();
    }
  });
});

describe('a store of rates that is not available', () => {
  it('is replaced by a limit of this node, with one warning, and used again after a pause', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const clock = new ManualClock();
    let isDown = true;
    let calls = 0;
    const consume = (): Promise<object> => {
      calls += 1;
      return isDown
        ? Promise.reject(new Error('ECONNREFUSED'))
        : Promise.resolve({ msBeforeNext: 1_000, remainingPoints: 5 });
    };
    const store = new LeasedRateStore({ limiter: () => ({ consume }), clock });
    const small = { ...policy, requests: 2, burst: 2 };
    const allowed: boolean[] = [];
    for (let index = 0; index < 4; index += 1) allowed.push((await store.take('a', 1, small)).isAllowed);
    expect([allowed, calls, warn.mock.calls.length]).toEqual([[true, true, false, false], 1, 1]);
    isDown = false;
    clock.advance(1_000);
    expect(await store.take('a', 1, small)).toMatchObject({ isAllowed: true });
    expect(calls).toBe(2);
    warn.mockRestore();
  });

  it('that does not answer costs no request more than its time-out', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const clock = new ManualClock();
    const store = new LeasedRateStore({
      limiter: () => ({ consume: () => new Promise<never>(() => undefined) }),
      clock,
      timeoutMs: 250,
    });
    const taken = store.take('a', 1, policy);
    await Promise.resolve();
    clock.advance(250);
    expect((await taken).isAllowed).toBe(true);
    warn.mockRestore();
  });

  it.each([
    ['limiter', {}],
    ['batchPerMille', { limiter: () => ({}), batchPerMille: 0 }],
    ['timeoutMs', { limiter: () => ({}), timeoutMs: 0 }],
    ['pauseMs', { limiter: () => ({}), pauseMs: Number.NaN }],
  ])('is refused at the start with a wrong %s', (option, options) => {
    expect(() => new LeasedRateStore(options as LeasedRateStoreOptions)).toThrow(`LeasedRateStore.${option}`);
  });
});
