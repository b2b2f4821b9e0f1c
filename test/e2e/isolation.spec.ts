import { TenantClientCleanup } from '@tenantry/core';
import { Agent } from 'node:http';
import { DEMO_TENANTS } from '@tenantry/orchestrator';
import { ADAPTERS } from '../support/http.js';
import { DATABASES, startSample } from '../support/orchestrator.js';
import type { Sample } from '../support/orchestrator.js';
import { until } from '../support/until.js';

const COMBINATIONS = ADAPTERS.flatMap((adapter) => DATABASES.map((database) => [adapter, database] as const));

describe.each(COMBINATIONS)('tenants side by side on %s with %s', (adapter, database) => {
  let sample: Sample;
  let users: readonly { domain: string; headers: { authorization: string }; projects: string[] }[];

  beforeAll(async () => {
    sample = await startSample(adapter, database);
    users = [
      { domain: 'foo.com', headers: await sample.logIn('alice@foo.com'), projects: ['Mobile app', 'Website'] },
      { domain: 'bar.com', headers: await sample.logIn('bob@bar.com'), projects: ['Warehouse'] },
    ];
  }, 180_000);
  afterAll(() => sample.close());

  it('200 interleaved requests on shared sockets see their own rows and no others', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const user = users[i % users.length] as (typeof users)[number];
        const byPath = i % 3 !== 0;
        const { json } = await sample.call(byPath ? `/t/${user.domain}/projects` : '/projects', {
          agent,
          headers: byPath ? user.headers : { ...user.headers, host: user.domain },
        });
        const names = (json as { items: { name: string }[] }).items.map(({ name }) => name).sort();
        return JSON.stringify(names) === JSON.stringify(user.projects);
      }),
    );
    agent.destroy();
    expect(answers.filter(Boolean)).toHaveLength(200);
  });

  it('100 concurrent first requests make one client, with one token', async () => {
    const [foo] = users;
    const before = sample.clients.stats().creations.count;
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => sample.call('/t/foo.com/servers', { headers: foo?.headers ?? {} })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(sample.clients.stats().creations.count - before).toBe(1);
    expect(sample.cloud.countsOf('foo').tokenRequests).toBe(1);
    await until(() => sample.clients.stats().leases === 0);
  });

  it('a route that reaches no client makes none', async () => {
    await sample.clients.evict('bar');
    await sample.call('/t/bar.com/projects', { headers: users[1]?.headers ?? {} });
    expect(sample.clients.has('bar')).toBe(false);
  });

  it('an idle client is evicted by the clean-up and made again on the next request', async () => {
    const request = (): ReturnType<Sample['call']> =>
      sample.call('/t/foo.com/servers', { headers: users[0]?.headers ?? {} });
    await request();
    await until(() => sample.clients.stats().leases === 0);
    sample.clock.advance(31 * 60_000);
    await sample.app.get(TenantClientCleanup, { strict: false }).sweep();
    expect(sample.clients.has('foo')).toBe(false);
    expect((await request()).status).toBe(200);
    expect(sample.clients.has('foo')).toBe(true);
  });

  it('the failing cloud of one tenant is a 503 for that tenant alone', async () => {
    const [foo, bar] = users.map(({ headers }) => headers);
    sample.cloud.failAccount('foo', 500);
    const failed = await sample.call('/t/foo.com/servers', { headers: foo ?? {} });
    expect(failed.status).toBe(503);
    expect(failed.headers['retry-after']).toMatch(/^\d+$/);
    expect((await sample.call('/t/bar.com/servers', { headers: bar ?? {} })).status).toBe(200);
    expect((await sample.call('/t/foo.com/projects', { headers: foo ?? {} })).status).toBe(200);
    expect((await sample.call('/health/live')).status).toBe(200);
    sample.cloud.failAccount('foo', null);
    expect((await sample.call('/t/foo.com/servers', { headers: foo ?? {} })).status).toBe(200);
  });
});

it('a client that is loaded eagerly is there before the first request, and readiness reports it', async () => {
  const eager = await startSample('fastify', 'postgres', { TENANT_EAGER: '*,!bar.com' });
  try {
    const loading = async (): Promise<Record<string, unknown>> =>
      ((await eager.call('/health/ready')).json as { loading: Record<string, unknown> }).loading;
    await until(async () => (await loading())['state'] === 'done');
    const { total, loaded, failing } = await loading();
    expect({ total, loaded, failing }).toEqual({ total: DEMO_TENANTS.length - 1, loaded: total, failing: 0 });
    expect([...eager.clients.entries()].map(({ tenantId }) => tenantId)).not.toContain('bar');
  } finally {
    await eager.close();
  }
});

it('what one node does to a tenant holds on the other, whose client of it is closed', async () => {
  const one = await startSample('express', 'postgres');
  const two = await startSample('fastify', 'postgres', {
    DATABASE_URL: one.databaseUrl ?? '',
    JWT_SECRET: 'a secret of the tests, long enough for all',
    SEED_DEMO: 'false',
  });
  try {
    const alice = await two.logIn('alice@foo.com');
    expect((await two.call('/t/foo.com/servers', { headers: alice })).status).toBe(200);
    const root = await one.logIn('admin@super');
    await one.call('/admin/tenants/foo/suspend', { method: 'POST', headers: root });
    await until(async () => (await two.call('/t/foo.com/projects', { headers: alice })).status === 403);
    await until(() => !two.clients.has('foo'));
    await one.call('/admin/tenants/foo/activate', { method: 'POST', headers: root });
    await until(async () => (await two.call('/t/foo.com/projects', { headers: alice })).status === 200);
  } finally {
    await two.close();
    await one.close();
  }
});
