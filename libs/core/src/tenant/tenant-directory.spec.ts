import { InMemoryTenantCatalog } from './in-memory-tenant-catalog.js';
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

  it('takes a record that is too old for an outage', async () => {
    const directory = new TenantDirectory(catalog);
    expect((await directory.getServed('foo', 1)).id).toBe('foo');
    await expect(directory.getServed('foo', 2)).rejects.toMatchObject({ code: 'MT_CATALOG_UNAVAILABLE' });
  });
});
