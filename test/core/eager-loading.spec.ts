import { Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import {
  fromPath,
  getTenantClientRegistryToken,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantClientCleanup,
  TenantEagerLoader,
} from '@tenantry/core';
import type { LoadingOptions, TenantClientRegistry } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { startApp } from '../support/http.js';
import { until } from '../support/until.js';

interface Fixture {
  readonly app: INestApplication;
  readonly clock: ManualClock;
  readonly loader: TenantEagerLoader;
  readonly registry: TenantClientRegistry<object>;
  readonly atOnce: () => number;
  readonly broken: Set<string>;
}

let fixture: Fixture | undefined;
afterEach(async () => {
  await fixture?.app.close();
  fixture = undefined;
});

async function start(loading: LoadingOptions, broken: readonly string[] = []): Promise<Fixture> {
  const clock = new ManualClock();
  const failing = new Set(broken);
  let running = 0;
  let most = 0;

  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([
          ...Array.from({ length: 10 }, (_, i) => ({ id: `t${i}`, domain: `t${i}.com` })),
          { id: 'unborn', domain: 'unborn.com', status: 'provisioning' as const },
        ]),
        resolvers: [fromPath()],
        loading,
        clock,
      }),
      MultitenancyModule.forFeature<object>({
        create: async ({ id }) => {
          most = Math.max(most, (running += 1));
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          if (failing.has(id)) throw new Error('its database is down');
          return {};
        },
      }),
    ],
  })
  class AppModule {}

  const app = await startApp(AppModule, 'fastify');
  fixture = {
    app,
    clock,
    loader: app.get(TenantEagerLoader, { strict: false }),
    registry: app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken(), { strict: false }),
    atOnce: () => most,
    broken: failing,
  };
  return fixture;
}

const loadedIds = ({ registry }: Fixture): string[] => [...registry.entries()].map(({ tenantId }) => tenantId).sort();

describe('eager loading', () => {
  it.each([
    ['*', ['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7', 't8', 't9']],
    ['*,!t0.com,!t9', ['t1', 't2', 't3', 't4', 't5', 't6', 't7', 't8']],
    ['t3.com, t4', ['t3', 't4']],
    ['t3.com,nosuch.com,unborn.com', ['t3']],
  ])('of %s loads the active tenants that are meant, and pins them', async (include, expected) => {
    const started = await start({ policy: 'eager', include });
    await started.loader.settled();
    expect(loadedIds(started)).toEqual(expected);
    expect(started.loader.progress()).toEqual({
      state: 'done',
      total: expected.length,
      loaded: expected.length,
      failing: [],
    });
    started.clock.advance(3_600_000);
    await started.app.get(TenantClientCleanup, { strict: false }).sweep();
    expect(loadedIds(started)).toEqual(expected);
  });

  it('works on so many tenants at once, and no more', async () => {
    const started = await start({ policy: 'eager', concurrency: 3 });
    await started.loader.settled();
    expect(started.atOnce()).toBe(3);
  });

  it('continues past a tenant that fails, reports it, and tries again', async () => {
    const started = await start({ policy: 'eager' }, ['t5']);
    await until(() => started.loader.progress().failing.length === 1 && started.registry.size === 9);
    expect(started.loader.progress()).toEqual({ state: 'loading', total: 10, loaded: 9, failing: ['t5'] });
    started.broken.clear();
    await until(() => started.clock.pendingTimers > 0);
    started.clock.advance(5_000);
    await started.loader.settled();
    expect(started.loader.progress()).toEqual({ state: 'done', total: 10, loaded: 10, failing: [] });
  });

  it('pins the clients of its tenants again that were closed and created again, as after a suspension, and no others', async () => {
    const started = await start({ policy: 'eager', include: 't1' });
    await started.loader.settled();
    await started.registry.evict('t1');
    for (const id of ['t1', 't2']) await started.registry.use(id, () => undefined);
    const pinned = [...started.registry.entries()].map((each) => [each.tenantId, each.pinned]);
    expect(pinned).toEqual([
      ['t1', true],
      ['t2', false],
    ]);
  });

  it('is not the default', async () => {
    const started = await start({ policy: 'lazy' });
    expect(started.loader.progress().state).toBe('idle');
    expect(started.registry.size).toBe(0);
  });

  it('stops with the application while a tenant is failing', async () => {
    const started = await start({ policy: 'eager' }, ['t5']);
    await until(() => started.loader.progress().failing.length === 1);
    await started.app.close();
    await started.loader.settled();
    expect(started.loader.progress().state).toBe('loading');
  });

  it.each(['!foo.com', 'a.com,!b.com', '*,a.com', '', 'a b', '!'])('refuses %j at start', async (include) => {
    await expect(start({ policy: 'eager', include })).rejects.toMatchObject({
      code: 'MT_OPTIONS_INVALID',
      option: 'loading.include',
    });
  });
});
