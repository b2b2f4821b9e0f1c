import crypto, { scryptSync } from 'node:crypto';
import { PasswordHasher } from './password-hasher.js';

const hasher = new PasswordHasher();

describe('PasswordHasher', () => {
  it('accepts the right password and refuses another one', async () => {
    const stored = await hasher.hash('tenantry-demo');
    await expect(hasher.verify('tenantry-demo', stored)).resolves.toBe(true);
    await expect(hasher.verify('tenantry-demO', stored)).resolves.toBe(false);
    await expect(hasher.verify('', stored)).resolves.toBe(false);
  });

  it('salts each hash and stores its cost, never the password', async () => {
    const [one, two] = await Promise.all([hasher.hash('tenantry-demo'), hasher.hash('tenantry-demo')]);
    expect(one).toMatch(/^scrypt\$N=32768,r=8,p=1\$[\w-]{22}\$[\w-]{43}$/);
    expect(one).not.toBe(two);
    expect(one).not.toContain('tenantry-demo');
  });

  it('takes composed and decomposed characters for the same password', async () => {
    const stored = await hasher.hash('caf\u00e9 au lait');
    await expect(hasher.verify('cafe\u0301 au lait', stored)).resolves.toBe(true);
  });

  it('verifies with the cost that is stored', async () => {
    const salt = Buffer.alloc(16, 1);
    const key = scryptSync('old', salt, 32, { N: 1_024, r: 8, p: 1 });
    const stored = `scrypt$N=1024,r=8,p=1$${salt.toString('base64url')}$${key.toString('base64url')}`;
    await expect(hasher.verify('old', stored)).resolves.toBe(true);
    await expect(hasher.verify('new', stored)).resolves.toBe(false);
  });

  it('refuses an unknown user', async () => {
    await expect(hasher.verify('tenantry-demo', null)).resolves.toBe(false);
  });

  it('derives as many keys for an unknown user as for a known one', async () => {
    const stored = await hasher.hash('x');
    await hasher.verify('x', null);
    const derive = jest.spyOn(crypto, 'scrypt');
    await hasher.verify('y', stored);
    const forKnown = derive.mock.calls.map(([, , bytes, cost]) => ({ bytes, cost }));
    derive.mockClear();
    await hasher.verify('y', null);
    expect(derive.mock.calls.map(([, , bytes, cost]) => ({ bytes, cost }))).toEqual(forKnown);
    expect(forKnown).toHaveLength(1);
    derive.mockRestore();
  });

  it('does not treat a malformed hash as a wrong password', async () => {
    await expect(hasher.verify('x', 'plain')).rejects.toThrow('malformed');
  });
});
