import { DEMO_PASSWORD } from '@tenantry/orchestrator';
import { ADAPTERS } from '../support/http.js';
import { DATABASES, startSample } from '../support/orchestrator.js';
import type { Sample } from '../support/orchestrator.js';

const COMBINATIONS = ADAPTERS.flatMap((adapter) => DATABASES.map((database) => [adapter, database] as const));

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

describe.each(COMBINATIONS)('the main job on %s with %s', (adapter, database) => {
  let sample: Sample;
  let alice: { authorization: string };
  let bob: { authorization: string };
  let admin: { authorization: string };

  beforeAll(async () => {
    sample = await startSample(adapter, database);
    [alice, bob, admin] = await Promise.all([
      sample.logIn('alice@foo.com'),
      sample.logIn('bob@bar.com'),
      sample.logIn('admin@super'),
    ]);
  }, 180_000);
  afterAll(() => sample.close());

  const names = async (path: string, headers: Record<string, string>): Promise<string[]> =>
    ((await sample.call(path, { headers })).json as Page<Named>).items.map(({ name }) => name);

  describe('log-in', () => {
    it('works by user@domain, by path and on the tenant’s own host', async () => {
      const logIn = (path: string, username: string, headers = {}): ReturnType<Sample['call']> =>
        sample.call(path, { method: 'POST', body: { username, password: DEMO_PASSWORD }, headers });
      for (const answer of [
        await logIn('/auth/login', 'alice@foo.com'),
        await logIn('/t/foo.com/auth/login', 'alice'),
        await logIn('/auth/login', 'alice', { host: 'foo.com' }),
      ]) {
        expect(answer.status).toBe(200);
        expect(answer.json).toEqual({ accessToken: expect.any(String), tokenType: 'Bearer', expiresIn: 900 });
      }
    });

    it('does not distinguish a wrong user from a wrong password, or from another tenant’s user', async () => {
      const attempt = (username: string, password: string): ReturnType<Sample['call']> =>
        sample.call('/t/foo.com/auth/login', { method: 'POST', body: { username, password } });
      const [wrongPassword, wrongUser, otherTenants] = await Promise.all([
        attempt('alice', 'not-the-password'),
        attempt('mallory', DEMO_PASSWORD),
        attempt('bob', DEMO_PASSWORD),
      ]);
      expect(wrongPassword.status).toBe(401);
      expect(wrongUser).toMatchObject({ status: 401, text: wrongPassword.text });
      expect(otherTenants).toMatchObject({ status: 401, text: wrongPassword.text });
    });
  });

  describe('who am I', () => {
    it('answers by path, host and alias', async () => {
      const me = { tenant: { id: 'foo', domain: 'foo.com' }, user: { name: 'alice', roles: expect.any(Array) } };
      expect((await sample.call('/t/foo.com/me', { headers: alice })).json).toEqual(me);
      expect((await sample.call('/me', { headers: { ...alice, host: 'foo.com' } })).json).toEqual(me);
      const bobsMe = await sample.call('/me', { headers: { ...bob, host: 'www.bar.com' } });
      expect(bobsMe.json).toMatchObject({ tenant: { id: 'bar', domain: 'bar.com' }, user: { name: 'bob' } });
    });
  });

  describe('projects', () => {
    it('are created, read, changed, paged and deleted', async () => {
      const created = await sample.call('/t/foo.com/projects', {
        method: 'POST',
        headers: alice,
        body: { name: 'Alpha', description: 'first' },
      });
      expect(created.status).toBe(201);
      const project = created.json as Named & { createdAt: string; updatedAt: string };
      expect(project).toMatchObject({ name: 'Alpha', description: 'first' });
      const path = `/t/foo.com/projects/${project.id}`;
      expect((await sample.call(path, { headers: alice })).json).toEqual(project);
      const changed = await sample.call(path, { method: 'PATCH', headers: alice, body: { name: 'Beta' } });
      expect(changed.json).toMatchObject({
        id: project.id,
        name: 'Beta',
        description: 'first',
        createdAt: project.createdAt,
      });

      const first = (await sample.call('/t/foo.com/projects?limit=2', { headers: alice })).json as Page<Named>;
      expect(first.items).toHaveLength(2);
      const second = (await sample.call(`/t/foo.com/projects?limit=2&after=${first.next}`, { headers: alice }))
        .json as Page<Named>;
      expect(second.next).toBeNull();
      expect([...first.items, ...second.items].map(({ name }) => name).sort()).toEqual([
        'Beta',
        'Mobile app',
        'Website',
      ]);

      expect((await sample.call(path, { method: 'DELETE', headers: alice })).status).toBe(204);
      expect((await sample.call(path, { headers: alice })).status).toBe(404);
    });

    it('of another tenant do not exist: same answer as for a missing one', async () => {
      const [bobs] = ((await sample.call('/t/bar.com/projects', { headers: bob })).json as Page<Named>).items;
      const missing = await sample.call('/t/foo.com/projects/00000000-0000-4000-8000-000000000000', { headers: alice });
      expect(missing.status).toBe(404);
      for (const [method, body] of [
        ['GET', undefined],
        ['PATCH', { name: 'Mine' }],
        ['DELETE', undefined],
      ] as const) {
        const answer = await sample.call(`/t/foo.com/projects/${bobs?.id}`, {
          method,
          headers: alice,
          ...(body && { body }),
        });
        expect(answer).toMatchObject({ status: 404, text: missing.text });
      }
      expect(await names('/t/bar.com/projects', bob)).toEqual(['Warehouse']);
    });

    it('cannot be put into another tenant by the body', async () => {
      const answer = await sample.call('/t/foo.com/projects', {
        method: 'POST',
        headers: alice,
        body: { name: 'X', tenant_id: 'bar', tenantId: 'bar' },
      });
      expect(answer.status).toBe(400);
      expect(await names('/t/bar.com/projects', bob)).toEqual(['Warehouse']);
    });
  });

  describe('servers', () => {
    it('come from the tenant’s own cloud account', async () => {
      const created = await sample.call('/t/foo.com/servers', {
        method: 'POST',
        headers: alice,
        body: { name: 'web-1' },
      });
      expect(created.status).toBe(201);
      expect(await names('/t/foo.com/servers', alice)).toEqual(['web-1']);
      expect(await names('/t/bar.com/servers', bob)).toEqual([]);
      const { id } = created.json as Named;
      expect((await sample.call(`/t/bar.com/servers/${id}`, { method: 'DELETE', headers: bob })).status).toBe(404);
      expect((await sample.call(`/t/foo.com/servers/${id}`, { method: 'DELETE', headers: alice })).status).toBe(204);
    });
  });

  describe('bad input', () => {
    it.each([
      ['an unknown tenant', '/t/nosuch.com/projects', 'alice', {}, 404, 'MT_TENANT_UNKNOWN'],
      ['no tenant and no token', '/projects', null, {}, 400, 'MT_TENANT_REQUIRED'],
      ['a malformed tenant', '/t/foo_/projects', 'alice', {}, 400, 'MT_TENANT_IDENTIFIER_INVALID'],
      ['a token of another tenant', '/t/bar.com/projects', 'alice', {}, 403, 'MT_TENANT_CONFLICT'],
      ['a token of another tenant on a host', '/projects', 'alice', { host: 'bar.com' }, 403, 'MT_TENANT_CONFLICT'],
      ['no token', '/t/foo.com/projects', null, {}, 401, 'AUTHENTICATION_REQUIRED'],
      [
        'a forged token',
        '/t/foo.com/projects',
        null,
        { authorization: 'Bearer a.b.c' },
        401,
        'MT_TENANT_TOKEN_INVALID',
      ],
      ['no token on a super route', '/admin/tenants', null, {}, 401, 'AUTHENTICATION_REQUIRED'],
      ['a tenant’s admin on a super route', '/admin/tenants', 'alice', {}, 403, 'MT_TENANT_FORBIDDEN'],
      ['a bad page size', '/t/foo.com/projects?limit=0', 'alice', {}, 400, 'VALIDATION_FAILED'],
      ['an unknown route', '/nowhere', 'alice', {}, 404, 'NOT_FOUND'],
    ])('%s', async (_case, path, who, headers, status, code) => {
      const token = who === null ? {} : alice;
      const answer = await sample.call(path, { headers: { ...token, ...headers } });
      expect(answer.json).toMatchObject({ status, code });
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    });

    it('an invalid body names its fields', async () => {
      const answer = await sample.call('/t/foo.com/projects', {
        method: 'POST',
        headers: alice,
        body: { name: '', colour: 'red' },
      });
      expect(answer.status).toBe(400);
      const { errors } = answer.json as { errors: { field: string }[] };
      expect(errors.map(({ field }) => field)).toEqual(expect.arrayContaining(['name', 'colour']));
    });
  });

  describe('the operator', () => {
    it('creates, suspends, activates, renames and deletes a tenant, at once', async () => {
      const asAdmin = (path: string, method = 'GET', body?: unknown): ReturnType<Sample['call']> =>
        sample.call(path, { method, headers: admin, ...(body === undefined ? {} : { body }) });
      const made = await asAdmin('/admin/tenants', 'POST', {
        id: 'new',
        domain: 'new.com',
        admin: { username: 'nina', password: 'a-long-password' },
        cloudAccount: { clientId: 'new', clientSecret: 'a-long-enough-secret' },
      });
      expect(made.status).toBe(201);
      expect(made.text).not.toContain('a-long-enough-secret');
      const login = (domain: string): ReturnType<Sample['call']> =>
        sample.call(`/t/${domain}/auth/login`, {
          method: 'POST',
          body: { username: 'nina', password: 'a-long-password' },
        });
      const nina = {
        authorization: `Bearer ${((await login('new.com')).json as { accessToken: string }).accessToken}`,
      };
      expect((await sample.call('/t/new.com/projects', { headers: nina })).json).toEqual({ items: [], next: null });

      expect((await asAdmin('/admin/tenants/new/suspend', 'POST')).status).toBeLessThan(300);
      expect((await sample.call('/t/new.com/projects', { headers: nina })).json).toMatchObject({
        status: 403,
        code: 'MT_TENANT_SUSPENDED',
      });
      expect((await login('new.com')).status).toBe(403);
      expect((await asAdmin('/admin/tenants/new/activate', 'POST')).status).toBeLessThan(300);
      expect((await sample.call('/t/new.com/projects', { headers: nina })).status).toBe(200);

      expect(
        (await asAdmin('/admin/tenants/new', 'PATCH', { domain: 'newer.com', aliases: ['www.newer.com'] })).status,
      ).toBe(200);
      expect((await sample.call('/t/new.com/projects', { headers: nina })).status).toBe(404);
      expect((await sample.call('/projects', { headers: { ...nina, host: 'www.newer.com' } })).status).toBe(200);
      expect((await asAdmin('/admin/tenants', 'POST', { ...(made.json as object), id: 'NEW' })).status).toBe(400);

      expect((await asAdmin('/admin/tenants/new', 'DELETE')).status).toBe(204);
      expect((await login('newer.com')).status).toBe(404);
      expect((await sample.call('/me', { headers: nina })).status).toBeGreaterThanOrEqual(401);
    });

    it('lists and filters tenants by pages', async () => {
      const first = (await sample.call('/admin/tenants?limit=2', { headers: admin })).json as Page<{ id: string }>;
      const second = (await sample.call(`/admin/tenants?limit=2&after=${first.next}`, { headers: admin }))
        .json as Page<{ id: string }>;
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['ARU-297647', 'bar', 'foo']);
      expect(second.next).toBeNull();
      const crafted = await sample.call('/admin/tenants?after=crafted', { headers: admin });
      expect(crafted).toMatchObject({ status: 400, json: { code: 'VALIDATION_FAILED', errors: [{ field: 'after' }] } });
      const filtered = (await sample.call('/admin/tenants?domainContains=ruba', { headers: admin })).json as Page<{
        id: string;
      }>;
      expect(filtered.items.map(({ id }) => id)).toEqual(['ARU-297647']);
    });

    it('sees the clients', async () => {
      await sample.call('/t/foo.com/servers', { headers: alice });
      const { json, text } = await sample.call('/admin/clients', { headers: admin });
      expect(JSON.stringify(json)).toContain('"tenantId":"foo"');
      expect(text).not.toContain('a-secret-of-the-tests');
    });
  });

  it('health and documentation are open', async () => {
    expect((await sample.call('/health/live')).status).toBe(200);
    expect((await sample.call('/health/ready')).json).toEqual({
      status: 'ok',
      loading: { state: 'idle', total: 0, loaded: 0, failing: 0 },
    });
    expect((await sample.call('/health/live', { headers: { host: 'nosuch.com' } })).status).toBe(200);
    expect((await sample.call('/docs')).status).toBeLessThan(400);
    const { paths } = (await sample.call('/docs-json')).json as { paths: object };
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/t/{domain}/projects', '/projects', '/admin/tenants', '/t/{domain}/servers']),
    );
  });
});
