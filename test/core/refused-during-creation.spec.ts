import { Controller, Get, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import {
  CachedTenantCatalog,
  fromPath,
  getTenantClientRegistryToken,
  InjectTenantClient,
  MultitenancyModule,
  TenantContext,
  UseTenantClients,
} from '@tenantry/core';
import type { TenantClientRegistry } from '@tenantry/core';
import { InMemoryTenantLifecycleStore, TenantLifecycle, TenantLifecycleModule } from '@tenantry/lifecycle';
import { ADAPTERS, call, startApp } from '../support/http.js';
import { until } from '../support/until.js';

interface Db {
  readonly id: string;
}

@Controller('t/:domain')
class ThingsController {
  constructor(@InjectTenantClient('db') private readonly db: Db) {}

  @Get('injected')
  injected(): string {
    return this.db.id;
  }

  @Get('declared')
  @UseTenantClients('db')
  declared(): string {
    return this.db.id;
  }
}

describe.each(ADAPTERS)('a tenant that is refused while its client is made, on %s', (adapter) => {
  const store = new InMemoryTenantLifecycleStore();
  const catalog = new CachedTenantCatalog(store.catalog, { ttlMs: 50, negativeTtlMs: 0 });
  /** Settles the factory that waits. */
  let finish: ((error?: Error) => void) | undefined;
  let isHeld = true;
  const create = async ({ id }: { readonly id: string }): Promise<Db> => {
    if (isHeld) await new Promise<void>((resolve, reject) => (finish = (error) => (error ? reject(error) : resolve())));
    return { id };
  };

  @Module({
    imports: [
      MultitenancyModule.forRoot({ catalog, resolvers: [fromPath()] }),
      TenantLifecycleModule.forRoot({ store, drained: async () => true, drainPollMs: 5 }),
      MultitenancyModule.forFeature<Db>({ name: 'db', create }),
    ],
    controllers: [ThingsController],
  })
  class AppModule {}

  let app: INestApplication;
  let lifecycle: TenantLifecycle;
  let registry: TenantClientRegistry<Db>;
  let serial = 0;
  beforeAll(async () => {
    app = await startApp(AppModule, adapter);
    lifecycle = app.get(TenantLifecycle);
    registry = app.get<TenantClientRegistry<Db>>(getTenantClientRegistryToken('db'), { strict: false });
  });
  afterAll(() => app.close());
  beforeEach(() => {
    isHeld = true;
    finish = undefined;
  });

  const tenant = async (): Promise<string> => {
    const id = `tenant-${(serial += 1)}`;
    await lifecycle.create({ id, domain: `${id}.example` });
    return id;
  };
  /** Another node does it, and this one finds out when its cache has expired. */
  const suspendElsewhere = async (id: string): Promise<void> => {
    await new TenantLifecycle({ store }).suspend(id);
    await until(async () => (await catalog.findByIdentifier(id))?.status === 'suspended');
  };
  const ways: [string, (id: string) => Promise<unknown>][] = [
    ['suspended here', (id) => lifecycle.suspend(id)],
    ['suspended elsewhere, and the factory succeeds', async (id) => (await suspendElsewhere(id), finish?.())],
    [
      'suspended elsewhere, and the factory fails',
      async (id) => (await suspendElsewhere(id), finish?.(new Error('the role is gone'))),
    ],
  ];
  const cases = ['injected', 'declared'].flatMap((route) =>
    ways.map(([what, refuse]) => [route, what, refuse] as const),
  );

  it.each(cases)(
    'is a 403 of a client that is %s: %s; no failure is counted and none is waited for',
    async (...given) => {
      const [route, , refuse] = given;
      const id = await tenant();
      const { failures } = registry.stats();
      const answer = call(app, `/t/${id}.example/${route}`);
      await until(() => finish !== undefined);
      await refuse(id);
      expect((await answer).json).toMatchObject({ status: 403, code: 'MT_TENANT_SUSPENDED' });
      expect(registry.stats().failures).toBe(failures);
      isHeld = false;
      finish?.();
      await lifecycle.activate(id);
      await until(async () => (await catalog.findByIdentifier(id))?.status === 'active');
      expect((await call(app, `/t/${id}.example/${route}`)).status).toBe(200);
    },
  );

  it('is a 403 while it is being deleted', async () => {
    const id = await tenant();
    const answer = call(app, `/t/${id}.example/injected`);
    await until(() => finish !== undefined);
    const deletion = lifecycle.delete(id);
    expect((await answer).json).toMatchObject({ status: 403, code: 'MT_TENANT_SUSPENDED' });
    finish?.();
    await deletion;
  });

  it('rejects a job with its own error, not with one of the factory', async () => {
    const id = await tenant();
    const job = app.get(TenantContext).run(id, () => 'done', { clients: ['db'] });
    const outcome = job.catch((error: unknown) => error);
    await until(() => finish !== undefined);
    await lifecycle.suspend(id);
    expect(await outcome).toMatchObject({ code: 'MT_TENANT_SUSPENDED', tenantId: id });
    finish?.();
  });

  it('is not taken for the cause of a failure while it is served', async () => {
    const id = await tenant();
    const { failures } = registry.stats();
    const answer = call(app, `/t/${id}.example/declared`);
    await until(() => finish !== undefined);
    finish?.(new Error('no route to the database'));
    expect((await answer).json).toMatchObject({ status: 503, code: 'MT_CLIENT_CREATE_FAILED' });
    expect(registry.stats().failures).toBe(failures + 1);
  });
});
