import { Module } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  fromHost,
  getTenantClientToken,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantClientRegistries,
  TenantContext,
} from '@tenantry/core';
import type { TenantCatalogReader, TenantClientFeature } from '@tenantry/core';
import { InMemoryTenantLifecycleStore, TenantLifecycle, TenantLifecycleModule } from '@tenantry/lifecycle';

type Feature = TenantClientFeature<unknown>;

function moduleOf(features: readonly Feature[], catalog?: TenantCatalogReader) {
  const store = new InMemoryTenantLifecycleStore();
  const root = MultitenancyModule.forRoot({
    catalog: catalog ?? store.catalog,
    resolvers: [fromHost()],
  });
  @Module({
    imports: [
      root,
      TenantLifecycleModule.forRoot({ store }),
      ...features.map((feature) => MultitenancyModule.forFeature(feature)),
    ],
  })
  class AppModule {}
  return AppModule;
}

const FOO = { id: 'foo', domain: 'foo.com', settings: { size: 1 } };
const SIZED: Feature = { name: 'db', create: (tenant) => ({ size: tenant.settings['size'] }) };

const start = (features: readonly Feature[], catalog?: TenantCatalogReader) =>
  NestFactory.createApplicationContext(moduleOf(features, catalog), { logger: false, abortOnError: false });

describe('kinds that depend on others in forFeature', () => {
  it('get their clients in whatever order they are declared, and are renewed with them', async () => {
    let secret = 1;
    const app = await start(
      [
        {
          name: 'orm',
          dependsOn: ['db'],
          create: (_tenant, { clients }) => ({ find: () => (clients['db'] as { secret: number }).secret }),
        },
        { name: 'db', create: () => ({ secret }) },
      ],
      new InMemoryTenantCatalog([FOO]),
    );
    const orm = app.get<{ find(): number }>(getTenantClientToken('orm'), { strict: false });
    const ask = (): Promise<number> => app.get(TenantContext).run('foo', () => orm.find(), { clients: ['orm'] });
    expect(await ask()).toBe(1);
    secret = 2;
    await app.get(TenantClientRegistries).get('db').refresh('foo');
    expect(await ask()).toBe(2);
    await app.close();
  });

  it.each([
    ['an unknown kind', [{ name: 'orm', dependsOn: ['dbb'], create: () => ({}) }], 'orm -> dbb'],
    ['itself', [{ name: 'orm', dependsOn: ['orm'], create: () => ({}) }], 'orm -> orm'],
    [
      'each other',
      [
        { name: 'a', dependsOn: ['b'], create: () => ({}) },
        { name: 'b', dependsOn: ['c'], create: () => ({}) },
        { name: 'c', dependsOn: ['a'], create: () => ({}) },
      ],
      'a -> b -> c -> a',
    ],
  ] as [string, Feature[], string][])(
    'on %s stop the start, and the error names the path',
    async (_name, features, path) => {
      await expect(start(features)).rejects.toMatchObject({
        code: 'MT_OPTIONS_INVALID',
        message: expect.stringContaining(path),
      });
    },
  );
});

describe('a change of settings on a single node, without the nodes module, renews the clients of the tenant', () => {
  type Change = (app: INestApplicationContext, catalog: InMemoryTenantCatalog) => Promise<unknown>;
  const changes: [string, boolean, Change][] = [
    ['the lifecycle', true, (app) => app.get(TenantLifecycle).update('foo', { settings: { size: 2 } })],
    ['the catalog itself', false, (_app, catalog) => catalog.update('foo', { settings: { size: 2 } })],
  ];

  it.each(changes)('by %s', async (_name, byLifecycle, change) => {
    const catalog = new InMemoryTenantCatalog([FOO]);
    const app = await start([SIZED], byLifecycle ? undefined : catalog);
    if (byLifecycle) await app.get(TenantLifecycle).create(FOO);
    const db = app.get<{ size: number }>(getTenantClientToken('db'), { strict: false });
    const size = (): Promise<number> => app.get(TenantContext).run('foo', () => db.size, { clients: ['db'] });
    expect(await size()).toBe(1);
    await change(app, catalog);
    for (let turn = 0; turn < 20 && (await size()) === 1; turn += 1) await new Promise(setImmediate);
    expect(await size()).toBe(2);
    await app.close();
  });
});
