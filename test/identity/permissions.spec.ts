import { Controller, Get } from '@nestjs/common';
import { RequirePermission, Roles } from '@tenantry/identity';
import type { IdentityPrincipal } from '@tenantry/identity';
import { ADAPTERS, call } from '../support/http.js';
import { startIdentityApp } from './support/identity-app.js';
import type { IdentityApp } from './support/identity-app.js';
import { openIdentityDatabase } from './support/identity-database.js';
import type { IdentityDatabase } from './support/identity-database.js';

@Controller('wrong')
class WrongController {
  @Get()
  @RequirePermission('projects:raed')
  list(): string[] {
    return [];
  }
}

describe.each(ADAPTERS)('@RequirePermission on %s', (adapter) => {
  let database: IdentityDatabase;
  let identity: IdentityApp;

  beforeAll(async () => {
    database = await openIdentityDatabase('pglite');
    identity = await startIdentityApp(database.store, adapter);
  });
  afterAll(async () => {
    await identity.app.close();
    await database.close();
  });
  beforeEach(async () => {
    for (const tenantId of ['foo', 'bar', 'super']) await database.store.forTenant(tenantId).removeAll();
  });

  const get = async (path: string, principal?: IdentityPrincipal) => {
    const headers = principal === undefined ? {} : { principal: JSON.stringify(principal) };
    const { status, json } = await call(identity.app, path, { headers });
    return { status, code: (json as { code?: string }).code };
  };
  const denied = { status: 403, code: 'MT_PERMISSION_DENIED' };

  it('lets an account through that holds what the controller and the handler require', async () => {
    const reader = await identity.add('foo', 'dave', ['projects:read']);
    const writer = await identity.add('foo', 'wendy', ['projects:write']);
    const both = await identity.add('foo', 'carol', ['projects:read', 'projects:write']);
    expect(await get('/t/foo.com/projects', reader)).toMatchObject({ status: 200 });
    expect(await get('/t/foo.com/projects/new', reader)).toEqual(denied);
    expect(await get('/t/foo.com/projects/new', writer)).toEqual(denied);
    expect(await get('/t/foo.com/projects/new', both)).toMatchObject({ status: 200 });
  });

  it('refuses a request without a principal, and one of an unknown account', async () => {
    const alice = await identity.add('foo', 'alice', 'admin');
    expect(await get('/t/foo.com/projects')).toEqual(denied);
    const accountId = '00000000-0000-4000-8000-000000000000';
    expect(await get('/t/foo.com/projects', { ...alice, accountId })).toEqual(denied);
  });

  it('gives an administrator everything of the own tenant, nothing of another one and nothing of the platform', async () => {
    const alice = await identity.add('foo', 'alice', 'admin');
    expect(await get('/t/foo.com/projects/new', alice)).toMatchObject({ status: 200 });
    expect(await get('/t/bar.com/projects', alice)).toEqual(denied);
    expect(await get('/t/bar.com/projects', { ...alice, tenantId: 'bar' })).toEqual(denied);
    expect(await get('/t/super/tenants', alice)).toEqual(denied);
    expect(await get('/t/foo.com/tenants', alice)).toEqual(denied);
    const operator = await identity.add('super', 'admin', 'admin');
    expect(await get('/t/super/tenants', operator)).toMatchObject({ status: 200 });
  });

  it('narrows the permissions to the scopes of the principal, and never widens them', async () => {
    const reader = await identity.add('foo', 'dave', ['projects:read']);
    expect(await get('/t/foo.com/projects', { ...reader, scopes: ['projects:read'] })).toMatchObject({ status: 200 });
    expect(await get('/t/foo.com/projects', { ...reader, scopes: [] })).toEqual(denied);
    expect(await get('/t/foo.com/projects/new', { ...reader, scopes: ['projects:read', 'projects:write'] })).toEqual(
      denied,
    );
  });

  it('holds a change of roles and of status at the next request', async () => {
    const alice = await identity.add('foo', 'alice', 'admin');
    const dave = await identity.add('foo', 'dave', ['projects:read']);
    expect(await get('/t/foo.com/projects', dave)).toMatchObject({ status: 200 });
    await identity.roles.setPermissions('foo', 'role-of-dave', ['projects:write'], alice);
    expect(await get('/t/foo.com/projects', dave)).toEqual(denied);
    await identity.roles.setPermissions('foo', 'role-of-dave', ['projects:read'], alice);
    expect(await get('/t/foo.com/projects', dave)).toMatchObject({ status: 200 });
    await identity.accounts.change('foo', 'dave', { status: 'disabled' }, alice);
    expect(await get('/t/foo.com/projects', dave)).toEqual(denied);
  });

  it('stops the start for a permission that the vocabulary does not have', async () => {
    await expect(startIdentityApp(database.store, adapter, [WrongController])).rejects.toMatchObject({
      code: 'MT_OPTIONS_INVALID',
      message: expect.stringContaining('projects:raed'),
    });
  });

  it('answers the error of the store when permissions cannot be read, and lets no request through', async () => {
    const dave = await identity.add('foo', 'dave', ['projects:read']);
    const broken = await startIdentityApp(
      { forTenant: (id) => ({ ...database.store.forTenant(id), grants: () => Promise.reject(new Error('down')) }) },
      adapter,
    );
    try {
      const headers = { principal: JSON.stringify(dave) };
      expect((await call(broken.app, '/t/foo.com/projects', { headers })).status).toBe(500);
      expect(broken.app.get(Roles)).toBeDefined();
    } finally {
      await broken.app.close();
    }
  });
});
