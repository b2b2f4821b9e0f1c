import { createCloudApi, CloudApiMonitor } from '@tenantry/cloud-api';
import type { INestApplication } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/postgres';
import { getClientRotationToken } from '@tenantry/secrets';
import type { ClientRotation } from '@tenantry/secrets';
import { FakeVault } from '../secrets/support/fake-vault.js';
import { portOf } from '../support/http.js';
import { startSample } from '../support/orchestrator.js';
import type { Sample } from '../support/orchestrator.js';
import { until } from '../support/until.js';

Logger.overrideLogger(false);

const SECRET = 'a-secret-in-vault-0123456789';

describe('the sample with the tenants’ credentials in a (fake) Vault', () => {
  let vault: FakeVault;
  let cloud: INestApplication;
  let sample: Sample;
  let headers: { authorization: string };

  const servers = (): Promise<number> =>
    sample.call('/t/aruba.example/servers', { headers }).then(({ status }) => status);
  const tokens = (): number => cloud.get(CloudApiMonitor).countsOf('ARU-297647').tokenRequests;
  const rotation = (): ClientRotation => sample.app.get(getClientRotationToken('cloud'), { strict: false });

  beforeAll(async () => {
    vault = await FakeVault.start();
    vault.readable.push('');
    const ids = ['one', 'two', 'three'];
    cloud = await createCloudApi({
      clients: ids.map((clientId) => ({ clientId, clientSecret: SECRET, account: 'ARU-297647' })),
    });
    await cloud.listen(0, '127.0.0.1');
    vault.write('ARU-297647', { client_id: 'one', client_secret: SECRET });
    sample = await startSample('fastify', 'pglite', {
      VAULT_ADDR: vault.address,
      VAULT_ROLE_ID: vault.roleId,
      VAULT_ROLE_SECRET: vault.secretId,
      CLOUD_API_URL: `http://127.0.0.1:${portOf(cloud)}`,
      CLOUD_TOKEN_URL: `http://127.0.0.1:${portOf(cloud)}/oauth/token`,
    });
    headers = await sample.logIn('carol@aruba.example');
  });
  afterAll(async () => {
    await sample.close();
    await cloud.close();
    await vault.close();
  });

  it('reads them at the path of the tenant, and stores none of its own', async () => {
    expect(await servers()).toBe(200);
    expect(vault.received.map(({ url }) => url)).toContain('/v1/secret/data/ARU-297647');
    const database = sample.app.get(TenantDatabase, { strict: false }).forTenant('ARU-297647');
    expect((await database.query('select * from cloud_accounts', [])).rows).toEqual([]);
  });

  it('fetches one token for all callers, and one more for all of them across a rotation, in which no request fails', async () => {
    await servers();
    const before = tokens();
    const statuses: number[] = [];
    let isOver = false;
    const worker = async (): Promise<void> => {
      while (!isOver) statuses.push(await servers());
    };
    const workers = Array.from({ length: 50 }, worker);
    await until(() => statuses.length > 100);
    vault.write('ARU-297647', { client_id: 'two', client_secret: SECRET });
    await rotation().compare();
    const atRotation = statuses.length;
    await until(() => statuses.length > atRotation + 100);
    isOver = true;
    await Promise.all(workers);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(tokens() - before).toBe(1);
    expect(vault.counts.login).toBe(1);
  });

  it('reads them again when the cloud refuses them, and not only at the next comparison', async () => {
    await rotation().compare();
    vault.write('ARU-297647', { client_id: 'three', client_secret: SECRET });
    const reads = vault.counts.read;
    cloud.get(CloudApiMonitor).failAccount('ARU-297647', 401);
    expect(await servers()).toBe(503);
    await until(() => vault.counts.read === reads + 1);
    cloud.get(CloudApiMonitor).failAccount('ARU-297647', null);
    await until(async () => (await servers()) === 200);
  });

  it('answers for a tenant without credentials with 503, and serves the others', async () => {
    const alice = await sample.logIn('alice@foo.com');
    expect(await sample.call('/t/foo.com/servers', { headers: alice })).toMatchObject({
      status: 503,
      json: { code: 'MT_CLIENT_CREATE_FAILED' },
    });
    expect(await servers()).toBe(200);
  });

  it('creates a tenant without credentials, which belong into Vault', async () => {
    const root = await sample.logIn('admin@super');
    const body = { id: 'new', domain: 'new.com', admin: { username: 'eve', password: 'a-long-enough-password' } };
    expect((await sample.call('/admin/tenants', { method: 'POST', headers: root, body })).status).toBe(201);
  });
});

describe('the sample with the tenants’ credentials in its database', () => {
  it('stores them encrypted, also those from before they were, and needs them to create a tenant', async () => {
    const sample = await startSample('express', 'pglite');
    try {
      const database = sample.app.get(TenantDatabase, { strict: false }).forTenant('foo');
      const stored = async (): Promise<unknown> =>
        (await database.query<{ client_secret: string }>('select client_secret from cloud_accounts', [])).rows[0]
          ?.client_secret;
      expect(await stored()).toMatch(/^enc1\./);
      await database.query("update cloud_accounts set client_secret = 'a-secret-of-the-tests-foo'", []);
      const headers = await sample.logIn('alice@foo.com');
      expect((await sample.call('/t/foo.com/servers', { headers })).status).toBe(200);
      expect(await stored()).toMatch(/^enc1\./);
      const root = await sample.logIn('admin@super');
      const body = { id: 'new', domain: 'new.com', admin: { username: 'eve', password: 'a-long-enough-password' } };
      expect(await sample.call('/admin/tenants', { method: 'POST', headers: root, body })).toMatchObject({
        status: 400,
        json: { code: 'VALIDATION_FAILED', errors: [{ field: 'cloudAccount' }] },
      });
    } finally {
      await sample.close();
    }
  });

  it('renews a client when its credentials are changed', async () => {
    const sample = await startSample('fastify', 'pglite');
    try {
      const headers = await sample.logIn('alice@foo.com');
      await sample.call('/t/foo.com/servers', { headers });
      const client = sample.clients.peek('foo');
      const rotation = sample.app.get<ClientRotation>(getClientRotationToken('cloud'), { strict: false });
      await rotation.compare();
      expect(sample.clients.peek('foo')).toBe(client);
      const database = sample.app.get(TenantDatabase, { strict: false }).forTenant('foo');
      await database.query("update cloud_accounts set client_secret = 'another-secret-of-foo'", []);
      await rotation.compare();
      expect(sample.clients.peek('foo')).not.toBe(client);
    } finally {
      await sample.close();
    }
  });
});
