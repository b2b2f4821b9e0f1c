import { randomUUID } from 'node:crypto';
import { TenantLifecycle } from '@tenantry/lifecycle';
import { tenantId } from '@tenantry/core';
import type { Tenant } from '@tenantry/core';
import type { TenantProvisioner } from '@tenantry/lifecycle';
import { CloudAccountHook, FirstUserHook, TENANT_TABLES } from '@tenantry/orchestrator';
import { TenantDatabase } from '@tenantry/postgres';
import { ServiceDeployments } from '@tenantry/services';
import type { HttpAnswer } from '../support/http.js';
import { DATABASES, startSample } from '../support/orchestrator.js';
import type { Sample } from '../support/orchestrator.js';
import { until } from '../support/until.js';

const NEW = {
  domain: 'new.com',
  admin: { username: 'nina', password: 'a-long-password' },
  cloudAccount: { clientId: 'new', clientSecret: 'a-long-enough-secret' },
};

describe.each(DATABASES)('the administration of tenants on %s', (database) => {
  let sample: Sample;
  let admin: Record<string, string>;

  const ask = (path: string, method = 'GET', body?: object, headers: object = {}): Promise<HttpAnswer> =>
    sample.call(path, { method, headers: { ...admin, ...headers }, ...(body === undefined ? {} : { body }) });
  const create = (id: string, more: object = {}, headers: object = {}): Promise<HttpAnswer> =>
    ask('/admin/tenants', 'POST', { ...NEW, id, domain: `${id.toLowerCase()}.com`, ...more }, headers);

  beforeAll(async () => {
    sample = await startSample('fastify', database);
    admin = await sample.logIn('admin@super');
  }, 60_000);
  afterAll(() => sample.close());

  it('creates one tenant for one Idempotency-Key, and refuses the key for another request', async () => {
    const key = { 'Idempotency-Key': 'signup-1' };
    const [first, second] = await Promise.all([create('keyed', {}, key), create('keyed', {}, key)]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.json).toEqual(first.json);
    expect(await create('keyed', { name: 'Another' }, key)).toMatchObject({
      status: 409,
      json: { code: 'MT_REQUEST_KEY_REUSED' },
    });
    expect(await create('keyed')).toMatchObject({ status: 409, json: { code: 'MT_TENANT_EXISTS' } });
    expect(await create('keyed', {}, { 'Idempotency-Key': 'k'.repeat(201) })).toMatchObject({ status: 400 });
  });

  it('changes domain and other fields in one write, and refuses a change that was based on an older record', async () => {
    const { generation } = (await create('moving')).json as Tenant;
    const changes = { domain: 'moved.com', aliases: ['www.moved.com'], plan: 'gold', generation };
    const changed = await ask('/admin/tenants/moving', 'PATCH', changes);
    expect(changed).toMatchObject({
      status: 200,
      json: { domain: 'moved.com', aliases: ['www.moved.com'], plan: 'gold', generation: generation + 1 },
    });
    expect(await ask('/admin/tenants/moving', 'PATCH', { name: 'Late', generation })).toMatchObject({
      status: 409,
      json: { code: 'MT_TENANT_STALE' },
    });
    expect(await ask('/admin/tenants/moving', 'PATCH', { domain: 'foo.com', name: 'Both' })).toMatchObject({
      status: 409,
      json: { code: 'MT_TENANT_EXISTS' },
    });
    expect((await ask('/admin/tenants/moving')).json).toEqual(changed.json);
  });

  it('checks settings by their schema, and lets a tenant have as many projects as they say', async () => {
    await create('small', { settings: { maxProjects: 1 } });
    const login = await sample.call('/t/small.com/auth/login', {
      method: 'POST',
      body: { username: 'nina', password: NEW.admin.password },
    });
    const nina = { authorization: `Bearer ${(login.json as { accessToken: string }).accessToken}` };
    const project = (): Promise<HttpAnswer> =>
      sample.call('/t/small.com/projects', { method: 'POST', headers: nina, body: { name: 'One' } });
    expect((await project()).status).toBe(201);
    expect(await project()).toMatchObject({ status: 409, json: { code: 'PROJECT_LIMIT_REACHED' } });

    for (const settings of [{ maxProjects: -1 }, { maxProjects: 'many' }, { colour: 'red' }]) {
      const refused = await ask('/admin/tenants/small', 'PATCH', { settings });
      expect(refused).toMatchObject({ status: 400, json: { code: 'MT_TENANT_FIELD_INVALID' } });
    }
    expect((await ask('/admin/tenants/small', 'PATCH', { settings: { maxProjects: 2 } })).status).toBe(200);
    expect((await project()).status).toBe(201);
  });

  it('sorts lists', async () => {
    const domains = async (sort: string): Promise<string[]> =>
      ((await ask(`/admin/tenants?limit=100&sort=${sort}`)).json as { items: Tenant[] }).items.map(
        (each) => each.domain,
      );
    const sorted = await domains('domain');
    expect(sorted).toEqual([...sorted].sort());
    expect(sorted.length).toBeGreaterThan(2);
    expect(await domains('-domain')).toEqual([...sorted].reverse());
    expect(await ask('/admin/tenants?sort=password')).toMatchObject({ status: 400 });
  });

  it('blocks a tenant in the grace period of its deletion, and takes the deletion back', async () => {
    await create('second-thoughts');
    expect((await ask('/admin/tenants/second-thoughts?graceMinutes=60', 'DELETE')).status).toBe(204);
    const login = (): Promise<HttpAnswer> =>
      sample.call('/t/second-thoughts.com/auth/login', {
        method: 'POST',
        body: { username: 'nina', password: NEW.admin.password },
      });
    expect(await login()).toMatchObject({ status: 403, json: { code: 'MT_TENANT_SUSPENDED' } });
    expect(await ask('/admin/tenants/second-thoughts/undelete', 'POST')).toMatchObject({
      status: 200,
      json: { status: 'active' },
    });
    expect((await login()).status).toBe(200);
    expect(await ask('/admin/tenants/second-thoughts/undelete', 'POST')).toMatchObject({
      status: 409,
      json: { code: 'MT_TENANT_UNDO_REFUSED' },
    });
    expect((await ask('/admin/tenants/second-thoughts?graceMinutes=1.5', 'DELETE')).status).toBe(400);
  });

  it('leaves no row of a deleted tenant in any table, and tombstones its id', async () => {
    await create('leaving');
    const rows = sample.app.get(TenantDatabase, { strict: false }).forTenant('leaving');
    await rows.query(`insert into projects (name) values ('Left behind')`, []);
    const service = { bytes: Buffer.from('export default () => ({})'), language: 'javascript' } as const;
    await sample.app.get(ServiceDeployments, { strict: false }).upload(tenantId('leaving'), 'Left', service);
    await rows.query(`insert into service_values (key, value, bytes) values ('left', '1', 5)`, []);
    const counts = (): Promise<number[]> =>
      Promise.all(TENANT_TABLES.map(async (table) => (await rows.query(`select from ${table}`, [])).rowCount));
    const before = Object.fromEntries((await counts()).map((count, at) => [TENANT_TABLES[at] as string, count]));
    expect(before).toMatchObject({
      projects: 1,
      cloud_accounts: 1,
      service_names: 1,
      service_artifacts: 1,
      service_values: 1,
      'tenantry_identity.account': 1,
    });
    expect((await ask('/admin/tenants/leaving', 'DELETE')).status).toBe(204);
    expect(new Set(await counts())).toEqual(new Set([0]));
    expect((await ask('/admin/tenants/leaving')).status).toBe(404);
    expect(await create('LEAVING')).toMatchObject({ status: 409, json: { code: 'MT_TENANT_EXISTS' } });
  });

  it('lists operations, and continues a creation whose secrets were lost with the process', async () => {
    const lifecycle = sample.app.get(TenantLifecycle, { strict: false });
    const broken = lifecycle.create({ id: 'half', domain: 'half.com' }, { requestKey: 'half' });
    const { operationId } = (await broken.catch((error: unknown) => error)) as { operationId: string };
    const path = `/admin/operations/${operationId}`;
    expect(await ask(path)).toMatchObject({
      status: 200,
      json: { kind: 'create', tenantId: 'half', state: 'failed', error: { code: 'MT_TENANT_INPUT_NEEDED' } },
    });
    expect(await ask(`${path}/resume`, 'POST', { admin: NEW.admin })).toMatchObject({
      status: 400,
      json: { code: 'VALIDATION_FAILED', errors: [{ field: 'cloudAccount' }] },
    });
    const { admin: first, cloudAccount } = NEW;
    const resumed = await ask(`${path}/resume`, 'POST', { admin: first, cloudAccount });
    expect(resumed).toMatchObject({ status: 200, json: { tenant: { id: 'half', status: 'active' } } });
    expect(resumed.text).not.toContain(cloudAccount.clientSecret);
    await until(async () => ((await ask(path)).json as { state: string }).state === 'done');
    expect(await ask(`${path}/resume`, 'POST', {})).toMatchObject({
      status: 409,
      json: { code: 'MT_OPERATION_NOT_RESUMABLE' },
    });
    expect((await ask('/admin/operations/00000000-0000-4000-8000-000000000000')).status).toBe(404);
    expect((await ask('/admin/operations/nothing')).status).toBe(404);
  });

  it('sets nothing up twice when a creation is run again after a crash, and needs no secrets for what is there', async () => {
    const tenant = (await create('again')).json as Tenant;
    const context = { tenant, operationId: randomUUID(), input: undefined, signal: new AbortController().signal };
    const rows = sample.app.get(TenantDatabase, { strict: false }).forTenant('again');
    const state = async (): Promise<unknown> =>
      (
        await rows.query(
          'select name, hash, client_secret from tenantry_identity.account, tenantry_identity.credential, cloud_accounts',
          [],
        )
      ).rows;
    const before = await state();
    for (const hook of [FirstUserHook, CloudAccountHook]) {
      await sample.app.get<TenantProvisioner>(hook, { strict: false }).provision?.(context);
    }
    expect(await state()).toEqual(before);
    expect(before).toHaveLength(1);
  });

  it('is for the operator alone', async () => {
    const alice = await sample.logIn('alice@foo.com');
    for (const path of ['/admin/operations/00000000-0000-4000-8000-000000000000', '/admin/tenants?sort=domain']) {
      expect(await sample.call(path, { headers: alice })).toMatchObject({ status: 403 });
    }
  });
});
