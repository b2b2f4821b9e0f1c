import { TenantClientRegistry } from '@tenantry/core';

describe('ids that differ only in case', () => {
  it('are one tenant: one client, whatever spelling asks, and eviction by any of them', async () => {
    const made: string[] = [];
    const registry = new TenantClientRegistry<object>({
      name: 'db',
      create: (tenantId) => {
        made.push(tenantId);
        return {};
      },
    });
    const leases = await Promise.all(['ARU-1', 'aru-1', 'Aru-1'].map((tenantId) => registry.acquire(tenantId)));
    expect(new Set(leases.map(({ client }) => client)).size).toBe(1);
    expect(made).toEqual(['ARU-1']);
    expect([registry.has('aru-1'), registry.get('ARU-1') === registry.peek('aRU-1'), registry.size]).toEqual([
      true,
      true,
      1,
    ]);
    await expect(registry.add('aru-1', {})).rejects.toMatchObject({ code: 'MT_CLIENT_EXISTS' });
    leases.forEach((lease) => lease.release());
    await registry.evict('aRu-1');
    expect(registry.size).toBe(0);
  });

  it('share the pause after a failure', async () => {
    const registry = new TenantClientRegistry<object>({
      name: 'db',
      create: () => {
        throw new Error('no');
      },
    });
    await expect(registry.acquire('T7')).rejects.toMatchObject({ code: 'MT_CLIENT_CREATE_FAILED' });
    await expect(registry.acquire('t7')).rejects.toMatchObject({ code: 'MT_CLIENT_CREATE_FAILED' });
    expect(registry.stats().failures).toBe(1);
  });
});
