import { FailureLog } from './failure-log.js';

describe('the failures of tenants', () => {
  it('drops the oldest of more than 10,000 failing tenants', () => {
    const log = new FailureLog('db', 100, () => 0);
    for (let tenant = 0; tenant <= 10_000; tenant += 1) log.add(`t${tenant}`, new Error('down'), 0);
    expect(log.refusal('t0', 0)).toBeNull();
    expect(log.refusal('t1', 0)).toMatchObject({ code: 'MT_CLIENT_CREATE_FAILED', retryAfterMs: 100 });
  });

  it('keeps a tenant that fails again among 10,000, and continues its count', () => {
    const log = new FailureLog('db', 100, () => 0);
    for (let tenant = 0; tenant < 10_000; tenant += 1) log.add(`t${tenant}`, new Error('down'), 0);
    expect(log.add('t0', new Error('down'), 0)).toBe(200);
    expect(log.refusal('t1', 0)).toMatchObject({ retryAfterMs: 100 });
    log.add('new', new Error('down'), 0);
    expect(log.refusal('t1', 0)).toBeNull();
    expect(log.refusal('t0', 0)).toMatchObject({ retryAfterMs: 200 });
  });

  it.each([
    [250, 600_000],
    [30_000, 1_200_000],
  ])(
    'with a first delay of %d ms continues the count for less than %d ms, then starts from the first delay again',
    (firstMs, keptMs) => {
      const log = new FailureLog('db', firstMs, () => 0);
      log.add('early', new Error('down'), 0);
      log.add('late', new Error('down'), 1);
      expect(log.add('early', new Error('down'), keptMs)).toBe(firstMs);
      expect(log.add('late', new Error('down'), keptMs)).toBe(Math.min(2 * firstMs, Math.max(15_000, firstMs)));
    },
  );

  it('drops the errors of tenants that are not used again', () => {
    const log = new FailureLog('db', 100, () => 0);
    const refused = (tenantId: string): unknown => log.refusal(tenantId, -1);
    for (const tenantId of ['a', 'b']) log.add(tenantId, new Error('down'), 0);
    log.add('c', new Error('down'), 599_999);
    expect([refused('a'), refused('b')]).not.toContain(null);
    log.add('d', new Error('down'), 600_000);
    expect([refused('a'), refused('b')]).toEqual([null, null]);
    expect([refused('c'), refused('d')]).not.toContain(null);
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
