import { Module } from '@nestjs/common';
import type { BeforeApplicationShutdown, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  fromPath,
  getTenantClientRegistryToken,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantContext,
} from '@tenantry/core';
import type { ForEachTenantOptions, TenantClientRegistry } from '@tenantry/core';
import { until } from '../support/until.js';

const TENANTS = 150;

describe('a round over all tenants', () => {
  let app: INestApplicationContext;
  let context: TenantContext;
  let registry: TenantClientRegistry<object>;
  let open: Set<string>;
  let mostOpen: number;
  let isShuttingDown: boolean;

  beforeEach(async () => {
    open = new Set();
    mostOpen = 0;
    isShuttingDown = false;
    const create = ({ id }: { id: string }): object => {
      open.add(id);
      mostOpen = Math.max(mostOpen, open.size);
      return {};
    };
    const tenants = Array.from({ length: TENANTS }, (_, i) => ({ id: `t${i}`, domain: `t${i}.com` }));
    const others = [
      { id: 'new', domain: 'new.com', status: 'provisioning' as const },
      { id: 'gold', domain: 'gold.org', plan: 'gold' },
      { id: 'new-gold', domain: 'new-gold.org', plan: 'gold', status: 'provisioning' as const },
    ];
    @Module({
      imports: [
        MultitenancyModule.forRoot({
          catalog: new InMemoryTenantCatalog([...tenants, ...others]),
          resolvers: [fromPath()],
        }),
        MultitenancyModule.forFeature<object>({
          name: 'db',
          create,
          // Settles later, as a pool does: a round that did not wait for it would open the next client meanwhile.
          dispose: async (_client, { tenantId }) => {
            await new Promise(setImmediate);
            open.delete(tenantId);
          },
        }),
      ],
    })
    class AppModule implements BeforeApplicationShutdown {
      /** After the hooks with which a shutdown begins. */
      beforeApplicationShutdown(): void {
        isShuttingDown = true;
      }
    }

    app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    context = app.get(TenantContext);
    registry = app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken('db'), { strict: false });
  });
  afterEach(() => app.close());

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('has no more clients open than it works on, and closes those that it opened', async () => {
    const report = await context.forEachTenant(turn, { clients: ['db'] });
    expect(report).toEqual({ succeeded: TENANTS + 1, failed: [], notStarted: [] });
    expect(mostOpen).toBeLessThanOrEqual(4);
    expect(registry.size).toBe(0);
  });

  it('closes what its work opens without a declaration, too', async () => {
    await context.forEachTenant(({ id }) => registry.use(id, turn));
    expect(mostOpen).toBeLessThanOrEqual(4);
    expect(registry.size).toBe(0);
  });

  it('keeps the clients that were open before, that are pinned and that another caller has leased', async () => {
    await registry.use('t1', () => undefined);
    let lease: Disposable | undefined;
    await context.forEachTenant(
      async ({ id }) => {
        if (id === 't2') registry.pin(id);
        if (id === 't3') lease = await registry.acquire(id);
      },
      { clients: ['db'] },
    );
    expect([...open].sort()).toEqual(['t1', 't2', 't3']);
    lease?.[Symbol.dispose]();
  });

  it('closes the client of a tenant whose work has failed', async () => {
    const { failed } = await context.forEachTenant(() => Promise.reject(new Error('no')), { clients: ['db'] });
    expect(failed).toHaveLength(TENANTS + 1);
    expect(registry.size).toBe(0);
  });

  /** Stops when ten have been started; gives their number in the end and the report. */
  async function stopped(stop: () => unknown, options: ForEachTenantOptions): Promise<[number, string[], string[]]> {
    const releases: (() => void)[] = [];
    const started: string[] = [];
    const work = async ({ id }: { id: string }): Promise<void> => {
      started.push(id);
      if (started.length > 10) await new Promise<void>((resolve) => releases.push(resolve));
    };
    const round = context.forEachTenant(work, options);
    await until(() => releases.length === 4);
    await stop();
    releases.forEach((release) => release());
    const { succeeded, failed, notStarted } = await round;
    expect(failed).toEqual([]);
    return [succeeded, started, [...notStarted]];
  }

  it.each([[[]], [['db']]])('with clients %j stops by its signal and reports what was not started', async (clients) => {
    const controller = new AbortController();
    const options = { clients, signal: controller.signal };
    const [succeeded, started, notStarted] = await stopped(() => controller.abort(), options);
    expect(succeeded).toBe(14);
    expect(notStarted).toHaveLength(TENANTS + 1 - 14);
    expect(new Set([...started, ...notStarted]).size).toBe(TENANTS + 1);
  });

  it.each([[[]], [['db']]])('with clients %j stops at the shutdown of the application', async (clients) => {
    let closed: Promise<void> | undefined;
    const [succeeded, , notStarted] = await stopped(
      () => {
        closed = app.close();
        return until(() => isShuttingDown);
      },
      { clients },
    );
    await closed;
    expect(succeeded).toBe(14);
    expect(notStarted).toHaveLength(TENANTS + 1 - 14);
  });

  it('counts a tenant whose client is still awaited when the round stops as not started', async () => {
    const controller = new AbortController();
    const lease = jest.spyOn(registry, 'acquire').mockImplementation((_id, { signal } = {}) => {
      controller.abort(new Error('stop'));
      return Promise.reject(signal?.reason as Error);
    });
    const report = await context.forEachTenant(turn, { clients: ['db'], signal: controller.signal });
    lease.mockRestore();
    expect(report).toMatchObject({ succeeded: 0, failed: [] });
    expect(report.notStarted).toHaveLength(TENANTS + 1);
  });

  it('starts nothing more when `onError` throws', async () => {
    let started = 0;
    const round = context.forEachTenant(
      () => {
        started += 1;
        throw new Error('no');
      },
      {
        onError: () => {
          throw new Error('stop the round');
        },
      },
    );
    await expect(round).rejects.toThrow('stop the round');
    expect(started).toBeLessThanOrEqual(4);
  });

  it('comes to the active tenants only where the filter names no status', async () => {
    const seen: string[] = [];
    const filter = { plan: 'gold' };
    const { failed } = await context.forEachTenant(({ id }) => void seen.push(id), { filter });
    expect([seen, failed]).toEqual([['gold'], []]);
  });

  it.each([
    [{ plann: 'gold' }, 'filter.plann'],
    [{ domain: { endswith: '.org' } }, 'filter.domain.endswith'],
    [{ domain: '.org' }, 'filter.domain'],
    [{ where: 'plan = gold' }, 'filter.where'],
    ['active', 'filter'],
    [null, 'filter'],
    [['active'], 'filter'],
  ])('refuses the filter %j, and comes to no tenant', async (filter, argument) => {
    const work = jest.fn();
    const round = context.forEachTenant(work, { filter: filter as never });
    await expect(round).rejects.toMatchObject({
      code: 'MT_ARGUMENT_INVALID',
      message: expect.stringContaining(argument) as string,
    });
    expect(work).not.toHaveBeenCalled();
  });
});
