import { LoginAttempts } from './login-attempts.js';

const alice = { tenantId: 'foo', name: 'alice', address: '10.0.0.1' };
const limits = { perUser: 3, perAddress: 5, windowSeconds: 60 };

async function countTimes(attempts: LoginAttempts, times: number, attempt = alice): Promise<void> {
  for (let i = 0; i < times; i += 1) await attempts.count(attempt);
}

describe('LoginAttempts', () => {
  it('hears as many attempts of a user as the limit says, and refuses the next with the time to wait', async () => {
    const attempts = new LoginAttempts(limits);
    await countTimes(attempts, 3);
    const refusal = attempts.count({ ...alice, address: '10.0.0.2' });
    await expect(refusal).rejects.toMatchObject({ status: 429, code: 'TOO_MANY_ATTEMPTS' });
    await expect(refusal).rejects.toHaveProperty('headers.Retry-After', expect.stringMatching(/^([1-9]|[1-5]\d|60)$/));
  });

  it('counts users of the same name in two tenants apart', async () => {
    const attempts = new LoginAttempts(limits);
    await countTimes(attempts, 3);
    await expect(attempts.count({ ...alice, tenantId: 'bar' })).resolves.toBeUndefined();
  });

  it('does not mistake one pair of tenant and user for another', async () => {
    const attempts = new LoginAttempts({ ...limits, perUser: 1 });
    await attempts.count({ ...alice, tenantId: 'a', name: 'b:c' });
    await expect(attempts.count({ ...alice, tenantId: 'a:b', name: 'c' })).resolves.toBeUndefined();
  });

  it('starts a user over after a success, but not the address', async () => {
    const attempts = new LoginAttempts(limits);
    await countTimes(attempts, 3);
    await attempts.succeeded(alice);
    await countTimes(attempts, 2);
    await expect(attempts.count({ ...alice, name: 'bob' })).rejects.toMatchObject({ status: 429 });
  });

  it('does not count a refused address against the user', async () => {
    const attempts = new LoginAttempts({ ...limits, perAddress: 1 });
    await attempts.count({ ...alice, name: 'somebody' });
    for (let i = 0; i < 5; i += 1) await expect(attempts.count(alice)).rejects.toMatchObject({ status: 429 });
    await expect(attempts.count({ ...alice, address: '10.0.0.9' })).resolves.toBeUndefined();
  });

  it('has state of its own in each instance', async () => {
    await countTimes(new LoginAttempts(limits), 3);
    await expect(new LoginAttempts(limits).count(alice)).resolves.toBeUndefined();
  });
});
