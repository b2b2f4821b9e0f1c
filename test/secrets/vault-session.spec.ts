import { setMaxListeners } from 'node:events';
import { Logger } from '@nestjs/common';
import { tenantId } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { Secret, vaultSecrets } from '@tenantry/secrets';
import type { ObservedSecrets, VaultRequestEvent, VaultSecretsOptions, VaultTokenEvent } from '@tenantry/secrets';
import { until } from '../support/until.js';
import { FakeVault } from './support/fake-vault.js';
import { follow, stopFollowing } from './support/follow.js';

Logger.overrideLogger(false);

const FOO = tenantId('foo');
const { signal } = new AbortController();
setMaxListeners(0, signal);

describe('the login of vaultSecrets at a (fake) server', () => {
  let vault: FakeVault;
  let secrets: ObservedSecrets;
  let clock: ManualClock;

  const open = (options: Partial<VaultSecretsOptions> = {}): ObservedSecrets =>
    vaultSecrets({ ...vault.options, secretId: new Secret(vault.secretId), clock, random: () => 0, ...options });
  const read = (id = 'foo'): Promise<unknown> => secrets.read(tenantId(id), { signal });
  const reads = (count: number): Promise<unknown[]> => Promise.all(Array.from({ length: count }, () => read()));
  const lease = (seconds: number): void => void (vault.tokens.leaseSeconds = seconds);
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  };

  beforeEach(async () => {
    vault = await FakeVault.start();
    vault.write('tenants/foo', { client_id: 'foo' });
    clock = new ManualClock();
    secrets = open();
  });
  afterEach(async () => {
    stopFollowing();
    await secrets.close();
    await vault.close();
  });

  it('is not made before the first read', async () => {
    await settled();
    expect(vault.received).toEqual([]);
  });

  it('is one for 1,000 cold tenants', async () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `tenant-${index}`);
    for (const id of ids) vault.write(`tenants/${id}`, { client_id: id });
    const found = await Promise.all(ids.map((id) => secrets.read(tenantId(id), { signal })));
    expect(found.map(({ value }) => value.reveal()['client_id'])).toEqual(ids);
    expect(vault.counts).toMatchObject({ login: 1, read: 1_000, lookup: 0 });
  });

  it('is repeated once when the token is revoked under 200 reads, of which none fails', async () => {
    await read();
    let first = true;
    vault.intervene = ({ operation }) => {
      if (operation === 'read' && first) vault.tokens.revokeAll();
      first = false;
      return undefined;
    };
    expect(await reads(200)).toHaveLength(200);
    expect(vault.counts.login).toBe(2);
  });

  it('is kept when one tenant is denied: one look-up decides', async () => {
    await secrets.close();
    secrets = open({ path: (id) => (id === 'foo' ? 'tenants/foo' : `elsewhere/${id}`) });
    await read();
    await expect(read('bar')).rejects.toMatchObject({ code: 'MT_SECRET_DENIED', tenantId: 'bar' });
    expect(vault.counts).toMatchObject({ login: 1, lookup: 1 });
    await read();
  });

  it('is kept when 200 tenants are denied at once, with a look-up for many of them', async () => {
    await secrets.close();
    secrets = open({ path: (id) => `elsewhere/${id}` });
    const denied = await Promise.allSettled(Array.from({ length: 200 }, (_, index) => read(`t${index}`)));
    expect(denied.every(({ status }) => status === 'rejected')).toBe(true);
    expect(vault.counts.login).toBe(1);
    expect(vault.counts.lookup).toBeLessThan(20);
  });

  it('is not dropped while the server cannot be asked: a 403 without a look-up is an outage', async () => {
    await read();
    vault.tokens.revokeAll();
    vault.intervene = ({ operation }) => (operation === 'lookup' ? { status: 503 } : undefined);
    await expect(read()).rejects.toMatchObject({ code: 'MT_SECRETS_UNAVAILABLE' });
    expect(vault.counts.login).toBe(1);
    vault.intervene = () => undefined;
    await read();
  });

  it('takes the current secret id each time', async () => {
    const given: string[] = [];
    await secrets.close();
    secrets = open({
      secretId: async () => {
        given.push(vault.secretId);
        return new Secret(vault.secretId);
      },
    });
    await read();
    vault.secretIds.clear();
    vault.secretIds.add('another-secret-id');
    vault.tokens.revokeAll();
    await read();
    expect(given).toHaveLength(2);
    expect(given[1]).toBe('another-secret-id');
  });

  it('is made in one namespace, and the engine read in another', async () => {
    vault.namespaces.add('auth').add('team/kv');
    vault.write('tenants/foo', { client_id: 'team' }, { namespace: 'team/kv' });
    await secrets.close();
    secrets = open({ namespace: 'team/kv', authNamespace: 'auth' });
    await read();
    expect(vault.received.map(({ headers }) => headers['x-vault-namespace'])).toEqual(['auth', 'team/kv']);
  });

  describe('is renewed', () => {
    it('after two thirds of its lease, again and again, without a read and without another login', async () => {
      const tokens = follow<VaultTokenEvent>('tenantry:secrets:token');
      await read();
      for (let round = 1; round <= 5; round += 1) {
        clock.advance(2_399_999);
        await settled();
        expect(vault.counts.renew).toBe(round - 1);
        clock.advance(1);
        await until(() => tokens.length === round + 1);
      }
      await read();
      expect(vault.counts.login).toBe(1);
    });

    it('up to a tenth earlier, by chance, so that nodes do not come at once', async () => {
      await secrets.close();
      secrets = open({ random: () => 1 });
      await read();
      clock.advance(2_160_000 - 1);
      await settled();
      expect(vault.counts.renew).toBe(0);
      clock.advance(1);
      await until(() => vault.counts.renew === 1);
    });

    it('until that stops extending it; then another login takes its place, and the old token serves until then', async () => {
      vault.tokens.renewals.push(600);
      const requests = follow<VaultRequestEvent>('tenantry:secrets:request');
      const tokens = follow<VaultTokenEvent>('tenantry:secrets:token');
      await read();
      let letIn = (): void => undefined;
      const entered = new Promise<void>((resolve) => (letIn = resolve));
      let logins = 0;
      vault.intervene = ({ operation }) => {
        if (operation === 'login' && (logins += 1) === 1) {
          letIn();
          return { status: 503 };
        }
        return undefined;
      };
      clock.advance(2_400_000);
      await entered;
      await reads(20);
      expect(vault.received.at(-1)?.headers['x-vault-token']).toBe(vault.tokens.granted[0]);
      await until(() => requests.filter(({ operation }) => operation === 'login').length === 2);
      await settled();
      clock.advance(250);
      await until(() => tokens.length === 2);
      await read();
      expect(vault.received.at(-1)?.headers['x-vault-token']).toBe(vault.tokens.granted[1]);
    });

    it('by another login, where it is not renewable', async () => {
      vault.tokens.renewable = false;
      await read();
      clock.advance(2_400_000);
      await until(() => vault.counts.login === 2);
      expect(vault.counts.renew).toBe(0);
    });

    it('by another login, when the server does not know it any more', async () => {
      await read();
      vault.tokens.revokeAll();
      clock.advance(2_400_000);
      await until(() => vault.counts.login === 2);
      await read();
      expect(vault.counts.lookup).toBe(0);
    });

    it('later, while the server is away; the token serves until it expires, and then there is another login', async () => {
      await read();
      const requests = follow<VaultRequestEvent>('tenantry:secrets:request');
      vault.intervene = ({ operation }) => (operation === 'renew' ? { status: 503 } : undefined);
      clock.advance(2_400_000);
      for (let attempt = 1; attempt <= 4; attempt += 1) {
        await until(() => requests.filter(({ operation }) => operation === 'renew').length === attempt);
        await settled();
        clock.advance(15_000);
      }
      await read();
      expect(vault.counts.login).toBe(1);
      clock.advance(1_200_000);
      await read();
      expect(vault.counts.login).toBe(2);
    });
  });

  it('with a lease of 0 is never renewed and never repeated', async () => {
    lease(0);
    const tokens = follow<VaultTokenEvent>('tenantry:secrets:token');
    await read();
    expect(clock.pendingTimers).toBe(0);
    clock.advance(365 * 86_400_000);
    await reads(20);
    expect(vault.counts).toMatchObject({ login: 1, renew: 0 });
    expect(tokens).toMatchObject([{ leaseMs: Infinity }]);
  });

  it('leaves no timer when it is closed, also while it is under way', async () => {
    const reading = read();
    await secrets.close();
    await expect(reading).rejects.toMatchObject({ code: 'MT_SECRETS_UNAVAILABLE' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives the current version from metadata, without reading the value', async () => {
    vault.write('tenants/foo', {});
    await expect(secrets.version(FOO, { signal })).resolves.toBe('2');
    expect(vault.counts).toMatchObject({ version: 1, read: 0 });
  });

  it('gives the current version from the data, once metadata turns out to be denied', async () => {
    vault.mayReadMetadata = false;
    for (let round = 0; round < 3; round += 1) await expect(secrets.version(FOO, { signal })).resolves.toBe('1');
    expect(vault.counts).toMatchObject({ version: 1, read: 3, login: 1 });
  });
});
