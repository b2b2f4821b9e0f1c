import { Logger } from '@nestjs/common';
import { InMemoryTenantCatalog } from './in-memory-tenant-catalog.js';
import { SUPER_TENANT } from '../tenant/super-tenant.js';
import { TenantDirectory } from './tenant-directory.js';
import type { TenantCatalogReader } from './tenant-catalog.js';

describe('the directory of tenants', () => {
  const catalog = new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]);
  /** As a careless catalog might: it answers to domains where ids are asked for. */
  const careless: TenantCatalogReader = {
    findByIdentifier: (identifier) => catalog.findByIdentifier(identifier),
    findById: (id) => catalog.findByIdentifier(id.toLowerCase()),
    list: (query) => catalog.list(query),
  };

  it('finds by id without regard to case, and never by a domain', async () => {
    for (const directory of [new TenantDirectory(catalog), new TenantDirectory(careless)]) {
      expect((await directory.getActive('FOO')).id).toBe('foo');
      await expect(directory.getActive('foo.com')).rejects.toMatchObject({ code: 'MT_TENANT_UNKNOWN' });
      await expect(directory.getServed('foo.com', 0)).rejects.toMatchObject({ code: 'MT_TENANT_UNKNOWN' });
    }
  });

  it('treats a record that is too old as an outage', async () => {
    const directory = new TenantDirectory(catalog);
    expect((await directory.getServed('foo', 1)).id).toBe('foo');
    await expect(directory.getServed('foo', 2)).rejects.toMatchObject({ code: 'MT_CATALOG_UNAVAILABLE' });
  });

  const foo = new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com', aliases: ['foo.de'] }]).peekByIdentifier(
    'foo',
  );
  const superTenant = { ...SUPER_TENANT, id: 'SUPER' as typeof SUPER_TENANT.id, aliases: ['bar.com', 'bar'] };
  const answering = (tenant: typeof foo, peeks: boolean): TenantDirectory =>
    new TenantDirectory({
      findByIdentifier: async () => tenant,
      findById: async () => tenant,
      list: (query) => catalog.list(query),
      ...(peeks && { peekByIdentifier: () => tenant }),
    });

  it.each([
    ['a tenant that the identifier does not name', foo, 'which has that neither as id, nor as domain, nor as alias'],
    ['the super tenant', superTenant, 'with the super tenant'],
  ])('takes an answer of the catalog that is %s for an outage, and logs why, once', async (_name, tenant, reason) => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    for (const directory of [answering(tenant, false), answering(tenant, true)]) {
      for (const asked of ['bar.com', 'bar.com']) {
        await expect(Promise.resolve().then(() => directory.find(asked))).rejects.toMatchObject({
          code: 'MT_CATALOG_UNAVAILABLE',
          cause: expect.objectContaining({ message: expect.stringContaining(reason) }),
        });
      }
      await expect(directory.getActive('bar')).rejects.toMatchObject({ code: 'MT_CATALOG_UNAVAILABLE' });
    }
    const lines = logged.mock.calls.map(([line]) => String(line)).filter((line) => line.includes('"bar.com"'));
    logged.mockRestore();
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain(reason);
  });

  it('takes an answer by id, domain or alias', async () => {
    for (const identifier of ['foo', 'foo.com', 'foo.de'])
      expect(await answering(foo, true).find(identifier)).toBe(foo);
  });
});
