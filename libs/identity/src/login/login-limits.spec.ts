import { ManualClock } from '@tenantry/testing';
import { LoginLimits } from './login-limits.js';

const alice = { tenantId: 'foo', name: 'alice', address: '10.0.0.1' };
const limits = { perAccount: 3, perAddress: 50, windowSeconds: 60 };

describe('LoginLimits', () => {
  let clock: ManualClock;

  beforeEach(() => {
    clock = new ManualClock();
  });

  const attemptsOf = (more: Partial<typeof limits> = {}): LoginLimits => new LoginLimits({ ...limits, ...more }, clock);

  /** Each waits as long as it has to; gives the delays in milliseconds. */
  async function delays(attempts: LoginLimits, times: number, attempt = alice): Promise<number[]> {
    const waited: number[] = [];
    for (let i = 0; i < times; i += 1) {
      const [from, counted] = [clock.now(), attempts.count(attempt)];
      let isOver = false;
      void counted.finally(() => (isOver = true));
      for (let turn = 0; turn < 100 && !isOver; turn += 1) {
        await new Promise(setImmediate);
        if (clock.pendingTimers > 0) clock.advance(50);
      }
      await counted;
      waited.push(clock.now() - from);
    }
    return waited;
  }

  it('slows a user down above the limit of one address, up to two seconds, and refuses no attempt', async () => {
    expect(await delays(attemptsOf(), 8)).toEqual([0, 0, 0, 250, 500, 1_000, 2_000, 2_000]);
  });

  it('does not delay a user at another address for wrong passwords sent from elsewhere', async () => {
    const attempts = attemptsOf();
    await delays(attempts, 10);
    expect(await delays(attempts, 1, { ...alice, address: '10.0.0.2' })).toEqual([0]);
  });

  it('slows a user down whose attempts come from many addresses, and refuses none', async () => {
    const attempts = attemptsOf();
    for (let i = 0; i < 30; i += 1) await delays(attempts, 1, { ...alice, address: `10.0.1.${i}` });
    expect(await delays(attempts, 2, { ...alice, address: '10.0.0.2' })).toEqual([250, 500]);
  });

  it('counts users of the same name in two tenants apart', async () => {
    const attempts = attemptsOf();
    await delays(attempts, 4);
    expect(await delays(attempts, 1, { ...alice, tenantId: 'bar' })).toEqual([0]);
  });

  it('does not confuse one pair of tenant and user with another', async () => {
    const attempts = attemptsOf({ perAccount: 1 });
    await delays(attempts, 1, { ...alice, tenantId: 'a', name: 'b:c' });
    expect(await delays(attempts, 1, { ...alice, tenantId: 'a:b', name: 'c' })).toEqual([0]);
  });

  it('refuses an address above its limit, with the time to wait', async () => {
    const attempts = attemptsOf({ perAddress: 2 });
    await delays(attempts, 2);
    const refusal = attempts.count({ ...alice, name: 'bob' });
    await expect(refusal).rejects.toMatchObject({ status: 429, code: 'MT_LOGIN_LIMITED' });
    await expect(refusal).rejects.toHaveProperty('retryAfterMs', expect.any(Number));
  });

  it('resets a user after a success, but not the address', async () => {
    const attempts = attemptsOf({ perAddress: 6 });
    await delays(attempts, 3);
    await attempts.succeeded(alice);
    expect(await delays(attempts, 3)).toEqual([0, 0, 0]);
    await expect(attempts.count({ ...alice, name: 'bob' })).rejects.toMatchObject({ status: 429 });
  });

  it('resets the count of a user from all addresses after a success', async () => {
    const attempts = attemptsOf({ perAccount: 1 });
    for (let i = 0; i < 10; i += 1) await delays(attempts, 1, { ...alice, address: `10.0.1.${i}` });
    await attempts.succeeded(alice);
    expect(await delays(attempts, 1)).toEqual([0]);
  });

  it('does not count a refused address against the user', async () => {
    const attempts = attemptsOf({ perAddress: 1 });
    await attempts.count({ ...alice, name: 'another' });
    for (let i = 0; i < 5; i += 1) await expect(attempts.count(alice)).rejects.toMatchObject({ status: 429 });
    expect(await delays(attempts, 1, { ...alice, address: '10.0.0.9' })).toEqual([0]);
  });

  it('has state of its own in each instance', async () => {
    await delays(attemptsOf(), 3);
    expect(await delays(attemptsOf(), 1)).toEqual([0]);
  });
});
