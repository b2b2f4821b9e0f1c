import type { INestApplication } from '@nestjs/common';
import { CachedTenantCatalog } from '@tenantry/core';
import type { InMemoryTenantCatalog } from '@tenantry/core';
import { ADAPTERS, startApp } from '../support/http.js';
import { resolutionModule, someTenants, verdict } from './support/resolution-app.js';

const byHost = (host: string): object => ({ lines: [`Host: ${host}`] });
const byToken = (id: string): object => ({ lines: ['Host: localhost', `Authorization: Bearer signed-${id}`] });

describe.each(ADAPTERS)('a tenant that changes behind a cache on %s', (adapter) => {
  let catalog: InMemoryTenantCatalog;
  let cache: CachedTenantCatalog;
  let app: INestApplication;
  beforeEach(async () => {
    catalog = await someTenants();
    cache = new CachedTenantCatalog(catalog, { ttlMs: 3_600_000, negativeTtlMs: 3_600_000 });
    app = await startApp(resolutionModule(cache), adapter);
  });
  afterEach(() => app.close());

  it('is blocked at once when it is suspended', async () => {
    expect(await verdict(app, byHost('foo.com'))).toBe('= foo');
    expect(await verdict(app, byToken('foo'))).toBe('= foo');
    cache.invalidate(await catalog.suspend('foo'));
    expect(await verdict(app, byHost('foo.com'))).toBe('403 MT_TENANT_SUSPENDED');
    expect(await verdict(app, byToken('foo'))).toBe('403 MT_TENANT_SUSPENDED');
  });

  it('is unknown when it is deleted, and a tenant that takes its domain inherits neither its tokens nor its cache entries', async () => {
    const before = await catalog.findById('foo');
    expect(await verdict(app, byHost('foo.com'))).toBe('= foo');
    expect(await verdict(app, byToken('foo'))).toBe('= foo');
    await catalog.delete('foo');
    const heir = await catalog.create({ id: 'heir', domain: 'foo.com', aliases: ['www.foo.com'] });
    cache.invalidate(before, heir);
    expect(await verdict(app, byHost('foo.com'))).toBe('= heir');
    expect(await verdict(app, byHost('www.foo.com'))).toBe('= heir');
    expect(await verdict(app, byToken('foo'))).toBe('404 MT_TENANT_UNKNOWN');
    const replayed = { lines: ['Host: foo.com', 'Authorization: Bearer signed-foo'] };
    expect(await verdict(app, replayed)).toBe('404 MT_TENANT_UNKNOWN');
  });

  it('never gives its id to another', async () => {
    await catalog.delete('foo');
    for (const id of ['foo', 'FOO']) {
      await expect(catalog.create({ id, domain: 'other.com' })).rejects.toMatchObject({ code: 'MT_TENANT_EXISTS' });
    }
  });

  it('is found under a new name that was asked for before it was its own', async () => {
    expect(await verdict(app, byHost('new.foo.com'))).toBe('404 MT_TENANT_UNKNOWN');
    const before = await catalog.findById('foo');
    cache.invalidate(before, await catalog.rename('foo', 'new.foo.com'));
    expect(await verdict(app, byHost('new.foo.com'))).toBe('= foo');
    expect(await verdict(app, byHost('foo.com'))).toBe('404 MT_TENANT_UNKNOWN');
  });
});
