import { MemoryRateStore } from './memory-rate-store.js';
import { resolveRatePolicy } from './rate-policy.js';

function storeAt(start = 1_000_000): { store: MemoryRateStore; pass: (ms: number) => void } {
  let now = start;
  return { store: new MemoryRateStore({ now: () => now }), pass: (ms) => void (now += ms) };
}

const tenPerSecond = resolveRatePolicy('rate', { requests: 10, perMs: 1_000, burst: 3 });
const daily = resolveRatePolicy('rate', { requests: 100, perMs: 86_400_000, kind: 'quota' });

describe('the memory rate store', () => {
  it('admits the burst at once, then one request per interval', () => {
    const { store, pass } = storeAt();
    const take = (): boolean => store.take('a', 1, tenPerSecond).isAllowed;
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
    pass(99);
    expect(take()).toBe(false);
    pass(1);
    expect([take(), take()]).toEqual([true, false]);
  });

  it('admits the rate over a long time, however often it is asked', () => {
    const { store, pass } = storeAt();
    let admitted = 0;
    for (let ms = 0; ms < 60_000; ms += 7) {
      if (store.take('a', 1, tenPerSecond).isAllowed) admitted += 1;
      pass(7);
    }
    expect(admitted).toBeGreaterThanOrEqual(600);
    expect(admitted).toBeLessThanOrEqual(603);
  });

  it('reports what is left and when to try again', () => {
    const { store, pass } = storeAt();
    expect(store.take('a', 2, tenPerSecond)).toEqual({ isAllowed: true, remaining: 1, retryAfterMs: 0, resetMs: 200 });
    expect(store.take('a', 2, tenPerSecond)).toEqual({
      isAllowed: false,
      remaining: 1,
      retryAfterMs: 100,
      resetMs: 200,
    });
    pass(100);
    expect(store.take('a', 2, tenPerSecond).isAllowed).toBe(true);
  });

  it('takes a cost above the burst when the limit is whole, and then makes the tenant wait for all of it', () => {
    const { store, pass } = storeAt();
    expect(store.take('a', 5, tenPerSecond)).toMatchObject({ isAllowed: true, resetMs: 500 });
    expect(store.take('a', 5, tenPerSecond)).toMatchObject({ isAllowed: false, retryAfterMs: 500 });
    pass(500);
    expect(store.take('a', 5, tenPerSecond).isAllowed).toBe(true);
  });

  it('gives back what another limit has refused', () => {
    const { store } = storeAt();
    store.take('a', 3, tenPerSecond);
    store.giveBack('a', 3, tenPerSecond);
    expect(store.take('a', 3, tenPerSecond).isAllowed).toBe(true);
    store.take('q', 100, daily);
    store.giveBack('q', 1, daily);
    expect(store.take('q', 1, daily).isAllowed).toBe(true);
  });

  it('counts a quota per day of UTC, from 0 each day', () => {
    const day = 86_400_000;
    const { store, pass } = storeAt(20_000 * day + day - 1_000);
    expect(store.take('a', 100, daily)).toMatchObject({ isAllowed: true, remaining: 0 });
    expect(store.take('a', 1, daily)).toMatchObject({ isAllowed: false, retryAfterMs: 1_000 });
    pass(999);
    expect(store.take('a', 1, daily).isAllowed).toBe(false);
    pass(1);
    expect(store.take('a', 1, daily)).toMatchObject({ isAllowed: true, remaining: 99 });
  });

  it('keeps keys apart', () => {
    const { store } = storeAt();
    store.take('a', 3, tenPerSecond);
    expect(store.take('b', 3, tenPerSecond).isAllowed).toBe(true);
  });

  it('keeps one number for a rate of any size', () => {
    const { store } = storeAt();
    const large = resolveRatePolicy('rate', { requests: 100_000, perMs: 1_000 });
    for (let index = 0; index < 10_000; index += 1) store.take('a', 1, large);
    expect(store.size).toBe(1);
  });

  it('evicts the least recently used key beyond its limit', () => {
    const store = new MemoryRateStore({ maxKeys: 2, now: () => 5_000 });
    for (const key of ['a', 'b', 'c']) store.take(key, 3, tenPerSecond);
    expect(store.size).toBe(2);
    expect(store.take('b', 1, tenPerSecond).isAllowed).toBe(false);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %p as maxKeys', (maxKeys) => {
    expect(() => new MemoryRateStore({ maxKeys })).toThrow(
      expect.objectContaining({ code: 'MT_OPTIONS_INVALID' }) as Error,
    );
  });
});
