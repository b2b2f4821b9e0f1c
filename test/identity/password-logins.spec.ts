import { channel } from 'node:diagnostics_channel';
import { TENANT_AUDIT_CHANNEL } from '@tenantry/core';
import { IdentityAudit, LoginLimits, PasswordHasher, PasswordLogins } from '@tenantry/identity';
import type { IdentityStore, LoginLimitOptions } from '@tenantry/identity';
import { ManualClock } from '@tenantry/testing';
import { CHEAP, PASSWORD } from './support/identity-app.js';
import { openIdentityDatabase } from './support/identity-database.js';
import type { IdentityDatabase } from './support/identity-database.js';
import { until } from '../support/until.js';

const invalid = { code: 'MT_CREDENTIALS_INVALID' };
const hasher = new PasswordHasher(CHEAP);

describe('log-ins by password', () => {
  let database: IdentityDatabase;
  let clock: ManualClock;

  beforeAll(async () => {
    database = await openIdentityDatabase('pglite');
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    clock = new ManualClock();
    for (const tenantId of ['foo', 'bar']) await database.store.forTenant(tenantId).removeAll();
  });

  const loginsOf = (
    limits: LoginLimitOptions = {},
    store: IdentityStore = database.store,
    by = hasher,
  ): PasswordLogins => new PasswordLogins(store, by, new LoginLimits(limits, clock), new IdentityAudit(undefined));
  const add = async (tenantId: string, password: string, email: string | null = null) =>
    database.store.forTenant(tenantId).addAccount({
      store: 'PRIMARY',
      name: 'alice',
      email,
      emailVerified: false,
      passwordHash: await hasher.hash(password),
      roles: [],
      grantedBy: null,
    });
  const login = (password: string, tenantId = 'foo', name = 'alice', address = '192.0.2.1') => ({
    tenantId,
    name,
    password,
    address,
  });

  it('accepts the password of the account, whatever the case of the name', async () => {
    const { id } = await add('foo', PASSWORD);
    await expect(loginsOf().authenticate(login(PASSWORD, 'foo', 'ALICE'))).resolves.toMatchObject({ id });
  });

  it('keeps two accounts of the same e-mail in two tenants apart', async () => {
    await add('foo', PASSWORD, 'alice@foo.com');
    await add('bar', `${PASSWORD}-of-bar`, 'alice@foo.com');
    const logins = loginsOf();
    await expect(logins.authenticate(login(PASSWORD, 'bar'))).rejects.toMatchObject(invalid);
    await expect(logins.authenticate(login(`${PASSWORD}-of-bar`, 'bar'))).resolves.toMatchObject({ name: 'alice' });
  });

  it('refuses an unknown name, a wrong password and a disabled account with one error, after the same steps', async () => {
    const { id } = await add('foo', PASSWORD);
    const steps: string[] = [];
    const counting: IdentityStore = {
      forTenant: (tenantId) => {
        const tenant = database.store.forTenant(tenantId);
        const passwordHash = (accountId: string) => {
          steps.push('hash');
          return tenant.passwordHash(accountId);
        };
        return { ...tenant, passwordHash };
      },
    };
    class CountingHasher extends PasswordHasher {
      override verify(password: string, stored: string | null): Promise<boolean> {
        steps.push('verify');
        return super.verify(password, stored);
      }
    }
    const logins = loginsOf({}, counting, new CountingHasher(CHEAP));
    const messages: string[] = [];
    const refusal = async (password: string, name: string) => {
      const error: unknown = await logins.authenticate(login(password, 'foo', name)).catch((reason: unknown) => reason);
      expect(error).toMatchObject(invalid);
      messages.push((error as Error).message);
    };
    await refusal('wrong', 'alice');
    await refusal('wrong', 'unknown');
    await refusal('wrong', '\u0430lice');
    await database.store.forTenant('foo').changeAccount(id, { status: 'disabled' });
    await refusal(PASSWORD, 'alice');
    expect(new Set(messages).size).toBe(1);
    expect(steps).toEqual(Array.from({ length: 4 }, () => ['hash', 'verify']).flat());
  });

  it('hashes a password again when the cost has changed, and never a wrong one', async () => {
    const { id, epoch } = await add('foo', PASSWORD);
    const tenant = database.store.forTenant('foo');
    const old = await tenant.passwordHash(id);
    const costly = loginsOf({}, database.store, new PasswordHasher({ memoryKib: 9_216, passes: 1 }));
    await expect(costly.authenticate(login('wrong'))).rejects.toMatchObject(invalid);
    expect(await tenant.passwordHash(id)).toBe(old);
    await costly.authenticate(login(PASSWORD));
    expect(await tenant.passwordHash(id)).toContain('m=9216');
    expect((await tenant.grants(id))?.epoch).toBe(epoch);
    await expect(loginsOf().authenticate(login(PASSWORD))).resolves.toMatchObject({ id });
  });

  it('refuses an address over its limit, and says when to try again', async () => {
    await add('foo', PASSWORD);
    const logins = loginsOf({ perAddress: 2 });
    await logins.authenticate(login(PASSWORD));
    await logins.authenticate(login(PASSWORD));
    const error: unknown = await logins.authenticate(login(PASSWORD)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'MT_LOGIN_LIMITED', retryAfterMs: expect.any(Number) });
    await expect(logins.authenticate(login(PASSWORD, 'foo', 'alice', '192.0.2.2'))).resolves.toBeDefined();
  });

  it('slows an account over its limit and never locks it, and not at another address', async () => {
    await add('foo', PASSWORD);
    const logins = loginsOf({ perAccount: 1 });
    await expect(logins.authenticate(login('wrong'))).rejects.toMatchObject(invalid);
    const slowed = logins.authenticate(login(PASSWORD));
    await until(() => clock.pendingTimers === 1);
    await expect(logins.authenticate(login(PASSWORD, 'foo', 'alice', '192.0.2.2'))).resolves.toBeDefined();
    clock.advance(250);
    await expect(slowed).resolves.toMatchObject({ name: 'alice' });
  });

  it('slows guesses at one e-mail over all tenants, from any address', async () => {
    await add('foo', PASSWORD, 'alice@foo.com');
    await add('bar', `${PASSWORD}-of-bar`, 'alice@foo.com');
    const logins = loginsOf({ perEmail: 1 });
    await expect(logins.authenticate(login('wrong', 'foo', 'alice', '192.0.2.1'))).rejects.toMatchObject(invalid);
    const slowed = logins.authenticate(login('wrong', 'bar', 'alice', '192.0.2.2'));
    await until(() => clock.pendingTimers === 1);
    clock.advance(250);
    await expect(slowed).rejects.toMatchObject(invalid);
  });

  it('publishes a failed log-in without the password and without the name', async () => {
    const events: unknown[] = [];
    const listen = (event: unknown): number => events.push(event);
    channel(TENANT_AUDIT_CHANNEL).subscribe(listen);
    await expect(loginsOf().authenticate(login('a-canary-password'))).rejects.toMatchObject(invalid);
    channel(TENANT_AUDIT_CHANNEL).unsubscribe(listen);
    expect(events).toEqual([expect.objectContaining({ type: 'identity', action: 'login.failed', tenantId: 'foo' })]);
    expect(JSON.stringify(events)).not.toContain('canary');
  });
});
