import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { fromPath, getTenantClientRegistryToken, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import { TenantApplication } from '@tenantry/core/spi';
import type { TenantClientRegistry } from '@tenantry/core';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { settle } from './support/harness.js';

const KINDS = ['db', 'cloud'] as const;

async function startApplication(): Promise<TestingModule> {
  const module = await Test.createTestingModule({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]),
        resolvers: [fromPath()],
      }),
      ...KINDS.map((name) => MultitenancyModule.forFeature<object>({ name, create: () => ({}) })),
    ],
  }).compile();
  return module.init();
}

function registryOf(app: TestingModule, kind: (typeof KINDS)[number]): TenantClientRegistry<object> {
  return app.get(getTenantClientRegistryToken(kind));
}

describe('two applications in one process', () => {
  it('each load and unload a tenant by themselves, with any of their client kinds', async () => {
    const published: unknown[] = [];
    const onLoaded = (event: unknown): void => void published.push(['loaded', event]);
    const onUnloaded = (event: unknown): void => void published.push(['unloaded', event]);
    subscribe('tenantry:tenant:loaded', onLoaded);
    subscribe('tenantry:tenant:unloaded', onUnloaded);
    const [one, other] = [await startApplication(), await startApplication()];
    try {
      for (const kind of KINDS) await registryOf(one, kind).use('foo', () => undefined);
      await registryOf(other, 'db').use('foo', () => undefined);
      await registryOf(one, 'db').evict('foo');
      await settle();
      const [ofOne, ofOther] = [one, other].map((app) => ({
        tenantId: 'foo',
        applicationId: app.get(TenantApplication, { strict: false }).id,
      }));
      expect(published.splice(0)).toEqual([
        ['loaded', ofOne],
        ['loaded', ofOther],
      ]);
      await other.close();
      await settle();
      expect(published.splice(0)).toEqual([['unloaded', ofOther]]);
      await one.close();
      await settle();
      expect(published).toEqual([['unloaded', ofOne]]);
    } finally {
      await Promise.all([one.close(), other.close()]);
      unsubscribe('tenantry:tenant:loaded', onLoaded);
      unsubscribe('tenantry:tenant:unloaded', onUnloaded);
    }
  });
});
