import { setMaxListeners } from 'node:events';
import { Logger } from '@nestjs/common';
import { tenantId } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { Secret, secretFields, vaultSecrets } from '@tenantry/secrets';
import type { ObservedSecrets, VaultSecretsOptions } from '@tenantry/secrets';
import { FakeVault } from './support/fake-vault.js';
import type { Fault } from './support/fake-vault.js';

Logger.overrideLogger(false);

const FOO = tenantId('foo');
const CANARY = 'canary-3f1c';
const { signal } = new AbortController();
setMaxListeners(0, signal);

describe('what vaultSecrets does with an answer of the (fake) server', () => {
  let vault: FakeVault;
  let secrets: ObservedSecrets;
  let clock: ManualClock;

  const open = (options: Partial<VaultSecretsOptions> = {}): ObservedSecrets =>
    vaultSecrets({ ...vault.options, secretId: new Secret(vault.secretId), clock, ...options });
  const failure = (reading: Promise<unknown>): Promise<Error & { code: string }> =>
    reading.then(
      () => Promise.reject(new Error('It was read.')),
      (error: Error & { code: string }) => error,
    );
  const always = (fault: Fault) => () => fault;

  beforeEach(async () => {
    vault = await FakeVault.start();
    vault.write('tenants/foo', { client_id: 'foo', client_secret: CANARY });
    clock = new ManualClock();
    secrets = open();
  });
  afterEach(async () => {
    await secrets.close();
    await vault.close();
  });

  it.each<[string, Fault, RegExp]>([
    ['a sealed server (503)', { status: 503 }, /answered 503, sealed/],
    ['an error of the server (500)', { status: 500 }, /answered 500/],
    ['a bad gateway (502)', { status: 502, text: `<html>${CANARY}` }, /answered 502/],
    ['too many requests (429)', { status: 429 }, /answered 429, too many requests/],
    ['a standby that lags behind (412)', { status: 412 }, /answered 412/],
    ['a redirect', { status: 307, headers: { location: 'http://127.0.0.1:1/' } }, /answered 307, a redirect/],
    ['no JSON', { text: `<html>${CANARY}` }, /do not send/],
    ['JSON of another shape', { text: `["${CANARY}"]` }, /do not send/],
    ['an answer over the bound', { text: `"${CANARY}${'x'.repeat(2_000)}"` }, /larger than 1024 bytes/],
  ])('reports %s as an outage, at the login and at a read', async (_, fault, message) => {
    await secrets.close();
    secrets = open({ maxBytes: 1_024 });
    vault.intervene = always(fault);
    const atLogin = await failure(secrets.read(FOO, { signal }));
    vault.intervene = ({ operation }) => (operation === 'read' ? fault : undefined);
    clock.advance(60_000);
    const atRead = await failure(secrets.read(FOO, { signal }));
    for (const error of [atLogin, atRead]) {
      expect(error).toMatchObject({ code: 'MT_SECRETS_UNAVAILABLE' });
      expect(error.message).toMatch(message);
    }
  });

  it('reports a server that does not answer in time as an outage', async () => {
    vault.intervene = always({ hang: true });
    const reading = failure(secrets.read(FOO, { signal }));
    await new Promise(setImmediate);
    clock.advance(5_000);
    expect(await reading).toMatchObject({
      code: 'MT_SECRETS_UNAVAILABLE',
      message: expect.stringContaining('5000 ms'),
    });
  });

  it('reports a server that is not there as an outage, and reads again when it is back', async () => {
    await vault.close();
    expect(await failure(secrets.read(FOO, { signal }))).toMatchObject({
      code: 'MT_SECRETS_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    vault = await FakeVault.start();
    vault.write('tenants/foo', {});
    secrets = open();
    await expect(secrets.read(FOO, { signal })).resolves.toMatchObject({ version: '1' });
  });

  it('does not ask a sealed server for a login for each caller, and waits longer after each failure', async () => {
    vault.sealed = true;
    const tries = async (): Promise<unknown[]> =>
      Promise.all(Array.from({ length: 50 }, () => failure(secrets.read(FOO, { signal }))));
    expect(await tries()).toHaveLength(50);
    await tries();
    expect(vault.counts.login).toBe(1);
    clock.advance(250);
    await tries();
    expect(vault.counts.login).toBe(2);
    clock.advance(249);
    await tries();
    expect(vault.counts.login).toBe(2);
    vault.sealed = false;
    clock.advance(251);
    await expect(secrets.read(FOO, { signal })).resolves.toMatchObject({ version: '1' });
  });

  it.each<[string, Partial<VaultSecretsOptions>, string]>([
    ['a wrong secret id (400)', { secretId: new Secret(CANARY) }, 'answered 400'],
    ['a wrong role id (400)', { roleId: 'unknown' }, 'answered 400'],
    ['a namespace of the login that does not exist', { authNamespace: 'none' }, 'namespace does not exist'],
    ['a secret id that is not a Secret', { secretId: async () => CANARY as never }, 'did not give new Secret'],
  ])('reports %s as a refused login, which is not the tenant’s fault', async (_, options, text) => {
    await secrets.close();
    secrets = open(options);
    const error = await failure(secrets.read(FOO, { signal }));
    expect(error).toMatchObject({ code: 'MT_SECRETS_LOGIN_REFUSED', tenantId: undefined });
    expect(error.message).toContain(text);
  });

  it('reports a namespace of the engine that does not exist as a refused login', async () => {
    vault.namespaces.add('team');
    await secrets.close();
    secrets = open({ namespace: 'none', authNamespace: 'team' });
    expect(await failure(secrets.read(FOO, { signal }))).toMatchObject({ code: 'MT_SECRETS_LOGIN_REFUSED' });
  });

  const failsAtOnce = (): never => {
    throw new Error(CANARY);
  };
  it.each<[string, () => Promise<never>]>([
    ['rejects', () => Promise.reject(new Error(CANARY))],
    ['throws', failsAtOnce],
  ])('reports a function secretId that %s as an outage, without its message', async (_, secretId) => {
    await secrets.close();
    secrets = open({ secretId });
    const error = await failure(secrets.read(FOO, { signal }));
    expect(error).toMatchObject({ code: 'MT_SECRETS_UNAVAILABLE' });
    expect(error).not.toHaveProperty('cause');
    expect(String(error)).not.toContain(CANARY);
  });

  it.each<[string, string, string]>([
    ['a path that the policy does not allow, with a live token (403)', 'denied', 'MT_SECRET_DENIED'],
    ['nothing at the path (404)', 'nothing', 'MT_SECRET_MISSING'],
    ['a deleted version (404)', 'deleted', 'MT_SECRET_MISSING'],
  ])('reports %s for that tenant only', async (_, id, code) => {
    vault.write('tenants/deleted', { client_id: 'x' });
    vault.deleteLatest('tenants/deleted');
    await secrets.close();
    secrets = open({ path: (tenant) => (tenant === 'denied' ? 'elsewhere/x' : `tenants/${tenant}`) });
    expect(await failure(secrets.read(tenantId(id), { signal }))).toMatchObject({ code, tenantId: id });
    await expect(secrets.read(FOO, { signal })).resolves.toMatchObject({ version: '1' });
    expect(vault.counts.login).toBe(1);
  });

  it.each<[string, object, string]>([
    ['is missing', {}, 'is missing'],
    ['is inherited only', JSON.parse('{"__proto__":{"client_secret":"x"}}') as object, 'is missing'],
    ['is a number', { client_secret: 5_551_234 }, 'is not a text'],
    ['is null', { client_secret: null }, 'is not a text'],
    ['is an object', { client_secret: { deep: CANARY } }, 'is not a text'],
    ['is empty', { client_secret: '' }, 'is empty'],
    ['is blank', { client_secret: ' \n' }, 'is empty'],
  ])('names a field that %s, and never its value', async (_, data, problem) => {
    vault.write('tenants/foo', { client_id: CANARY, ...data });
    const secret = await secrets.read(FOO, { signal });
    const check = failure(Promise.resolve().then(() => secretFields(FOO, secret, ['client_id', 'client_secret'])));
    const error = await check;
    expect(error).toMatchObject({ code: 'MT_SECRET_INVALID', tenantId: 'foo', field: 'client_secret' });
    expect(error.message).toBe(`The credentials of tenant foo cannot be used. Field "client_secret" ${problem}.`);
  });

  it.each([
    '..',
    'a/../b',
    'a//b',
    '/a',
    'a/',
    './a',
    'a/ ../b',
    'a%2fb',
    'a%2Fb',
    'a%2e%2e',
    'a\\b',
    'a\nb',
    'a\u0000',
    '',
    'x'.repeat(513),
    5,
  ])('refuses the path %j before anything is sent', async (path) => {
    await secrets.close();
    secrets = open({ path: () => path as string });
    expect(await failure(secrets.read(FOO, { signal }))).toMatchObject({ code: 'MT_OPTIONS_INVALID' });
    expect(vault.received).toEqual([]);
  });

  it('encodes each segment of a path by itself', async () => {
    vault.write('tenants/a b?c#d%e/ü', { client_id: 'x' });
    await secrets.close();
    secrets = open({ path: () => 'tenants/a b?c#d%e/ü' });
    await expect(secrets.read(FOO, { signal })).resolves.toMatchObject({ version: '1' });
    expect(vault.received.at(-1)?.url).toBe('/v1/secret/data/tenants/a%20b%3Fc%23d%25e/%C3%BC');
  });

  it.each(['', '..', 'a/b', '../foo', 'foo%2f', 'f\u0000'])(
    'refuses the tenant id %j before anything is sent',
    async (id) => {
      expect(await failure(secrets.read(id as never, { signal }))).toMatchObject({
        code: 'MT_TENANT_IDENTIFIER_INVALID',
      });
      expect(vault.received).toEqual([]);
    },
  );

  it.each<[string, Partial<Record<keyof VaultSecretsOptions, unknown>>]>([
    ['vaultSecrets.address', { address: 'http://vault.example:8200' }],
    ['vaultSecrets.address', { address: 'http://127.0.0.1.example' }],
    ['vaultSecrets.address', { address: `https://user:${CANARY}@vault.example` }],
    ['vaultSecrets.address', { address: `https://vault.example?token=${CANARY}` }],
    ['vaultSecrets.address', { address: 'vault' }],
    ['vaultSecrets.kvMount', { kvMount: '../sys' }],
    ['vaultSecrets.kvMount', { kvMount: '' }],
    ['vaultSecrets.rolePath', { rolePath: 'a%2fb' }],
    ['vaultSecrets.namespace', { namespace: '..' }],
    ['vaultSecrets.authNamespace', { authNamespace: 'a\r\nx-vault-token: b' }],
    ['vaultSecrets.path', { path: 'tenants' }],
    ['vaultSecrets.roleId', { roleId: '' }],
    ['vaultSecrets.secretId', { secretId: CANARY }],
    ['vaultSecrets.secretId', { secretId: new Secret('') }],
    ['vaultSecrets.timeoutMs', { timeoutMs: 0 }],
    ['vaultSecrets.maxBytes', { maxBytes: 1 }],
  ])('does not start with a bad %s (%j), and does not show a secret', (option, bad) => {
    const create = (): unknown => vaultSecrets({ ...vault.options, secretId: new Secret('s'), ...bad } as never);
    expect(create).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID', option }));
    expect(create).not.toThrow(CANARY);
  });

  it('stops waiting when the caller’s signal aborts, and the login continues for the others', async () => {
    const caller = new AbortController();
    const reason = new Error('the request was closed');
    const [mine, other] = [failure(secrets.read(FOO, { signal: caller.signal })), secrets.read(FOO, { signal })];
    caller.abort(reason);
    expect(await mine).toBe(reason);
    await expect(other).resolves.toMatchObject({ version: '1' });
    expect(vault.counts.login).toBe(1);
  });

  it('reads nothing after it was closed', async () => {
    await secrets.close();
    expect(await failure(secrets.read(FOO, { signal }))).toMatchObject({ code: 'MT_SECRETS_UNAVAILABLE' });
    expect(vault.received).toEqual([]);
  });

  it('gives the time at which a version will be deleted', async () => {
    vault.write('tenants/foo', { client_id: 'x' }, { deletionTime: '2026-12-24T18:00:00Z' });
    const { expiresAt } = await secrets.read(FOO, { signal });
    expect(expiresAt).toBe(Date.UTC(2026, 11, 24, 18));
  });
});
