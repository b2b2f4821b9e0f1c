import { backoffMs, FailureLog } from './backoff.js';

describe('the pause after failures', () => {
  it.each([
    [1, 250, 0, 250],
    [2, 250, 0, 500],
    [7, 250, 0, 15_000],
    [10_000, 250, 0, 15_000],
    [1, 20_000, 0, 20_000],
    [2, 20_000, 0, 20_000],
    [3, 250, 0.5, 750],
    [1, 250, 1, 125],
    [5, 0, 0, 0],
  ])('attempt %d, first pause %d ms, random %d: %d ms', (attempts, firstMs, random, expected) => {
    expect(backoffMs(attempts, firstMs, random)).toBe(expected);
  });

  it('forgets the oldest of more than 10,000 failing tenants', () => {
    const log = new FailureLog('db', 100, () => 0);
    for (let tenant = 0; tenant <= 10_000; tenant += 1) log.add(`t${tenant}`, new Error('down'), 0);
    expect(log.refusal('t0', 0)).toBeNull();
    expect(log.refusal('t1', 0)).toMatchObject({ code: 'MT_CLIENT_CREATE_FAILED', retryAfterMs: 100 });
  });

  it('allows an attempt exactly when the pause is over', () => {
    const log = new FailureLog('db', 100, () => 0);
    expect(log.add('foo', new Error('down'), 1_000)).toBe(100);
    expect(log.refusal('foo', 1_099)).toMatchObject({ retryAfterMs: 1 });
    expect(log.refusal('foo', 1_100)).toBeNull();
    log.clear('foo');
    expect(log.refusal('foo', 0)).toBeNull();
  });
});
