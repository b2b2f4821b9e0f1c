import { channel } from 'node:diagnostics_channel';
import { Controller } from '@nestjs/common';
import { TENANT_AUDIT_CHANNEL } from '@tenantry/core';
import { ApiKeys, BearerTokens, Sessions } from '@tenantry/identity';
import type { IdentityPrincipal, IssuedTokens } from '@tenantry/identity';
import { createSecretKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { startIdentityApp, TEST_SECRET } from './support/identity-app.js';
import type { IdentityApp } from './support/identity-app.js';
import { openIdentityDatabase } from './support/identity-database.js';
import type { IdentityDatabase } from './support/identity-database.js';

const ended = { code: 'MT_SESSION_ENDED' };
const invalidKey = { code: 'MT_API_KEY_INVALID' };

@Controller('none')
class NoController {}

describe('sessions and API keys', () => {
  let database: IdentityDatabase;
  let identity: IdentityApp;
  let sessions: Sessions;
  let apiKeys: ApiKeys;
  let bearer: BearerTokens;
  let alice: IdentityPrincipal;
  let wallClock: number;

  beforeAll(async () => {
    database = await openIdentityDatabase('pglite');
    identity = await startIdentityApp(database.store, 'express', [NoController], undefined, () => wallClock);
    sessions = identity.app.get(Sessions);
    apiKeys = identity.app.get(ApiKeys);
    bearer = identity.app.get(BearerTokens);
  });
  afterAll(async () => {
    await identity.app.close();
    await database.close();
  });
  beforeEach(async () => {
    wallClock = Date.now();
    for (const tenantId of ['foo', 'bar']) await database.store.forTenant(tenantId).removeAll();
    alice = await identity.add('foo', 'alice', 'admin');
  });

  const open = (who = alice): Promise<IssuedTokens> =>
    sessions.open({ tenantId: who.tenantId, accountId: who.accountId });
  const use = async (token: string): Promise<IdentityPrincipal> => (await bearer.read(token)).principal();

  it('stand for their account, in their tenant', async () => {
    const { accessToken, expiresIn } = await open();
    expect(expiresIn).toBe(900);
    expect((await bearer.read(accessToken)).claims).toEqual({ tenant: 'foo' });
    expect(await use(accessToken)).toEqual({ ...alice, sessionId: expect.any(String) });
  });

  it('are refreshed once for each token, and a token that is used twice ends the session', async () => {
    const first = await open();
    const second = await sessions.refresh('foo', first.refreshToken);
    expect(await use(second.accessToken)).toMatchObject(alice);
    const actions: string[] = [];
    const listen = (event: unknown): number => actions.push((event as { action: string }).action);
    channel(TENANT_AUDIT_CHANNEL).subscribe(listen);
    await expect(sessions.refresh('foo', first.refreshToken)).rejects.toMatchObject(ended);
    channel(TENANT_AUDIT_CHANNEL).unsubscribe(listen);
    expect(actions).toEqual(['session.reused']);
    await expect(sessions.refresh('foo', second.refreshToken)).rejects.toMatchObject(ended);
    await expect(use(second.accessToken)).rejects.toMatchObject(ended);
    await expect(use(first.accessToken)).rejects.toMatchObject(ended);
  });

  it('are refreshed in their own tenant alone, and not by an access token', async () => {
    const { accessToken, refreshToken } = await open();
    await expect(sessions.refresh('bar', refreshToken)).rejects.toMatchObject(ended);
    await expect(sessions.refresh('foo', accessToken)).rejects.toMatchObject(ended);
    await expect(bearer.read(refreshToken)).rejects.toMatchObject(ended);
    await expect(sessions.refresh('foo', refreshToken)).resolves.toBeDefined();
  });

  it('have access tokens that expire', async () => {
    const { accessToken } = await open();
    wallClock += 900_000;
    await expect(bearer.read(accessToken)).rejects.toMatchObject(ended);
  });

  it.each(['', 'x', 'a.b.c', 'eyJhbGciOiJub25lIn0.eyJ0ZW5hbnQiOiJmb28ifQ.', 'tnk.', 'tnk.Zm9v.x.y.z'])(
    'are not opened by the token %j',
    async (token) => {
      await expect(bearer.read(token)).rejects.toMatchObject({ status: 401 });
    },
  );

  it('refuse a token of another secret, another audience, another type or without an end', async () => {
    const session = (await sessions.list('foo', null))[0]?.id ?? '00000000-0000-4000-8000-000000000000';
    const signed = (
      secret: string,
      { audience = 'tenantry', typ = 'at+jwt', expires = true } = {},
    ): Promise<string> => {
      const claims = { tenant: 'foo', name: 'alice', sid: session, te: 1, ae: 1, gen: 1 };
      const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ }).setSubject(alice.accountId);
      if (expires) jwt.setExpirationTime('10m');
      return jwt.setIssuer('tenantry').setAudience(audience).sign(createSecretKey(secret, 'utf8'));
    };
    await expect(bearer.read(await signed(TEST_SECRET))).resolves.toBeDefined();
    const bad = [
      signed('another-secret-of-at-least-32-characters'),
      signed(TEST_SECRET, { audience: 'other' }),
      signed(TEST_SECRET, { typ: 'JWT' }),
      signed(TEST_SECRET, { expires: false }),
    ];
    for (const token of bad) await expect(bearer.read(await token)).rejects.toMatchObject(ended);
  });

  it('end one by one, all of an account and all of a tenant', async () => {
    const bob = await identity.add('foo', 'bob', ['projects:read']);
    const [first, second, ofBob] = [await open(), await open(), await open(bob)];
    const { sessionId = '' } = await use(first.accessToken);
    await expect(sessions.end('foo', sessionId, bob.accountId)).rejects.toMatchObject({ code: 'MT_SESSION_UNKNOWN' });
    await sessions.end('foo', sessionId, alice.accountId);
    await expect(use(first.accessToken)).rejects.toMatchObject(ended);
    await expect(use(second.accessToken)).resolves.toMatchObject(alice);
    await sessions.endAccount('foo', alice.accountId);
    await expect(use(second.accessToken)).rejects.toMatchObject(ended);
    await expect(use(ofBob.accessToken)).resolves.toMatchObject(bob);
    await sessions.endTenant('foo');
    await expect(use(ofBob.accessToken)).rejects.toMatchObject(ended);
  });

  it('end with another password, a disabled account and a removed one', async () => {
    const bob = await identity.add('foo', 'bob', ['projects:read']);
    const account = await identity.accounts.find('foo', 'bob');
    const first = await open(bob);
    if (account !== null) await identity.accounts.setPassword('foo', account, 'quince-otter-marble-77', alice);
    await expect(use(first.accessToken)).rejects.toMatchObject(ended);
    const second = await open(bob);
    await identity.accounts.change('foo', 'bob', { status: 'disabled' }, alice);
    await expect(use(second.accessToken)).rejects.toMatchObject(ended);
    await expect(open(bob)).rejects.toMatchObject({ code: 'MT_ACCOUNT_UNKNOWN' });
    await identity.accounts.change('foo', 'bob', { status: 'active' }, alice);
    await expect(use(second.accessToken)).rejects.toMatchObject(ended);
    const third = await open(bob);
    await identity.accounts.remove('foo', 'bob', alice);
    await expect(use(third.accessToken)).rejects.toMatchObject(ended);
  });

  it('hold through a change of roles, with the permissions that the account has then', async () => {
    const dave = await identity.add('foo', 'dave', ['projects:read']);
    const { accessToken } = await open(dave);
    await identity.roles.setPermissions('foo', 'role-of-dave', [], alice);
    await expect(use(accessToken)).resolves.toMatchObject(dave);
  });

  it('are keys with the scopes of their creator, shown once', async () => {
    const mary = await identity.add('foo', 'mary', ['projects:read']);
    const created = await apiKeys.create(mary, { name: 'ci', scopes: ['projects:read'] });
    expect(await use(created.key)).toMatchObject({
      tenantId: 'foo',
      accountId: mary.accountId,
      scopes: ['projects:read'],
    });
    const refused = apiKeys.create(mary, { name: 'ci', scopes: ['projects:write'] });
    await expect(refused).rejects.toMatchObject({ code: 'MT_GRANT_REFUSED' });
    const principal = await use(created.key);
    const narrow = await apiKeys.create(mary, { name: 'none', scopes: [] });
    const widened = apiKeys.create(await use(narrow.key), { name: 'wide', scopes: ['projects:read'] });
    await expect(widened).rejects.toMatchObject({ code: 'MT_GRANT_REFUSED' });
    expect(principal.sessionId).toBeUndefined();
    const { rows } = await database.admin.query('select * from tenantry_identity.api_key', []);
    expect(JSON.stringify(rows)).not.toContain(created.key.split('.')[4]);
    expect(JSON.stringify(await apiKeys.list('foo', mary.accountId))).not.toContain(created.key.split('.')[4]);
  });

  it('are keys that end by removal, expiry and a disabled account, and not with sessions', async () => {
    const mary = await identity.add('foo', 'mary', ['projects:read']);
    const key = await apiKeys.create(mary, { name: 'ci', scopes: ['projects:read'] });
    const short = await apiKeys.create(mary, { name: 'short', scopes: [], lifetimeMs: 60_000 });
    await sessions.endTenant('foo');
    await sessions.endAccount('foo', mary.accountId);
    await expect(use(key.key)).resolves.toMatchObject({ accountId: mary.accountId });
    await expect(use(short.key)).resolves.toBeDefined();
    wallClock += 120_000;
    await expect(use(short.key)).rejects.toMatchObject(invalidKey);
    await expect(apiKeys.remove(alice, key.id)).rejects.toMatchObject({ code: 'MT_API_KEY_UNKNOWN' });
    await identity.accounts.change('foo', 'mary', { status: 'disabled' }, alice);
    await expect(use(key.key)).rejects.toMatchObject(invalidKey);
    await identity.accounts.change('foo', 'mary', { status: 'active' }, alice);
    await apiKeys.remove(mary, key.id);
    await expect(use(key.key)).rejects.toMatchObject(invalidKey);
  });

  it('are keys that no other secret, tenant or account opens', async () => {
    const { key } = await apiKeys.create(alice, { name: 'ci', scopes: [] });
    const bob = await identity.add('bar', 'bob', 'admin');
    const parts = key.split('.');
    const changed = (index: number, value: string): string =>
      parts.map((part, at) => (at === index ? value : part)).join('.');
    const bar = Buffer.from('bar').toString('base64url');
    for (const forged of [
      changed(4, 'A'.repeat(43)),
      changed(1, bar),
      changed(2, bob.accountId),
      `${key}.x`,
      key.slice(0, -1),
    ]) {
      await expect(bearer.read(forged)).rejects.toMatchObject(invalidKey);
    }
  });
});
