import { Injectable, Module } from '@nestjs/common';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { Cron, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import {
  CLEANUP_JOB,
  fromPath,
  getTenantClientRegistryToken,
  InMemoryTenantCatalog,
  MultitenancyModule,
} from '@tenantry/core';
import type { CleanupOptions, TenantClientRegistry } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { startApp } from '../support/http.js';

interface Fixture {
  readonly app: INestApplication;
  readonly clock: ManualClock;
  readonly disposed: string[];
  readonly ownRuns: string[];
}

async function start(imports: NonNullable<ModuleMetadata['imports']>, cleanup: CleanupOptions = {}): Promise<Fixture> {
  const clock = new ManualClock();
  const disposed: string[] = [];
  const ownRuns: string[] = [];

  @Injectable()
  class OwnJobs {
    @Cron('* * * * * *', { name: 'own' })
    run(): void {
      ownRuns.push('run');
    }
  }

  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]),
        resolvers: [fromPath()],
        cleanup,
        clock,
      }),
      MultitenancyModule.forFeature<object>({
        name: 'db',
        create: () => ({}),
        dispose: (_client, { tenantId, cause }) => void disposed.push(`${tenantId} ${cause}`),
        idleTimeoutMs: 1_000,
      }),
      ...imports,
    ],
    providers: [OwnJobs],
  })
  class AppModule {}

  const app = await startApp(AppModule, 'fastify');
  const registry = app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken('db'), { strict: false });
  await registry.use('foo', () => undefined);
  clock.advance(1_001);
  return { app, clock, disposed, ownRuns };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the cron clean-up', () => {
  let fixture: Fixture | undefined;
  beforeEach(
    () => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] }),
  );
  afterEach(async () => {
    jest.useRealTimers();
    await fixture?.app.close();
  });

  it('is one of the jobs of the application’s ScheduleModule, and runs once a tick', async () => {
    fixture = await start([ScheduleModule.forRoot()]);
    const { app, disposed } = fixture;
    const jobs = app.get(SchedulerRegistry, { strict: false }).getCronJobs();
    expect([...jobs.keys()].sort()).toEqual(['own', CLEANUP_JOB]);
    jest.advanceTimersByTime(61_000);
    await settled();
    expect(disposed).toEqual(['foo idle']);
    expect(jest.getTimerCount()).toBeGreaterThan(0);
  });

  it('does not multiply or start the application’s own jobs', async () => {
    fixture = await start([ScheduleModule.forRoot({ intervals: false })]);
    jest.advanceTimersByTime(10_000);
    expect(fixture.ownRuns).toHaveLength(10);
    await fixture.app.close();
    fixture = await start([]);
    jest.advanceTimersByTime(10_000);
    expect(fixture.ownRuns).toHaveLength(0);
  });

  it('runs by itself without ScheduleModule, by the expression from the options', async () => {
    fixture = await start([], { cron: '*/5 * * * * *' });
    jest.advanceTimersByTime(6_000);
    await settled();
    expect(fixture.disposed).toEqual(['foo idle']);
  });

  it.each([
    ['with ScheduleModule', [ScheduleModule.forRoot()]],
    ['without', []],
  ])('can be switched off (%s)', async (_case, imports) => {
    fixture = await start(imports, { enabled: false });
    jest.advanceTimersByTime(120_000);
    await settled();
    expect(fixture.disposed).toEqual([]);
  });

  it('stops with the application', async () => {
    fixture = await start([]);
    await fixture.app.close();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('refuses a bad expression with its name', async () => {
    await expect(start([], { cron: 'every now and then' })).rejects.toThrow(/cleanup\.cron is "every now and then"/);
  });
});
