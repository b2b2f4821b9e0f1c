import { Body, Controller, Delete, Get, Inject, Injectable, Module, Param, Patch, Post, Scope } from '@nestjs/common';
import type { INestApplication, Provider, Type } from '@nestjs/common';
import {
  CachedTenantCatalog,
  fromPath,
  getTenantClientRegistryToken,
  MultitenancyModule,
  TenantOptional,
  TenantSettings,
} from '@tenantry/core';
import {
  InMemoryTenantLifecycleStore,
  Provisioner,
  TenantLifecycle,
  TenantLifecycleModule,
  TenantListener,
  TenantVetoError,
} from '@tenantry/lifecycle';
import type { MultitenancyOptions, NewTenant, SettingsSchema, TenantClientRegistry } from '@tenantry/core';
import type {
  TenantChangeEvent,
  TenantLifecycleListener,
  TenantLifecycleOptions,
  TenantOperation,
  TenantProvisioner,
} from '@tenantry/lifecycle';
import { ADAPTERS, call, startApp } from '../support/http.js';
import type { AdapterName } from '../support/http.js';
import { until } from '../support/until.js';
import { quickClock } from '@tenantry/lifecycle/testing';

const FOO: NewTenant = { id: 'foo', domain: 'foo.com' };

let log: string[] = [];

@TenantListener({ order: 2 })
class Audit implements TenantLifecycleListener {
  beforeCreate({ tenant }: TenantChangeEvent): void {
    log.push(`audit asked about ${tenant.id}`);
  }
  afterCreate({ tenant }: TenantChangeEvent): void {
    log.push(`audit notified of ${tenant.id}`);
  }
  loaded(tenantId: string): void {
    log.push(`loaded ${tenantId}`);
  }
  unloaded(tenantId: string): void {
    log.push(`unloaded ${tenantId}`);
  }
}

@TenantListener({ order: 1 })
class Licences implements TenantLifecycleListener {
  beforeCreate({ tenant }: TenantChangeEvent): TenantVetoError | undefined {
    log.push(`licences asked about ${tenant.id}`);
    return tenant.plan === 'free' ? new TenantVetoError('free plans are sold out') : undefined;
  }
}

@Injectable()
class Rows {
  add(tenantId: string): void {
    log.push(`rows of ${tenantId}`);
  }
}

@Provisioner()
class RowsHook implements TenantProvisioner {
  readonly #rows: Rows;

  constructor(@Inject(Rows) rows: Rows) {
    this.#rows = rows;
  }

  provision({ tenant }: { tenant: { id: string } }): void {
    this.#rows.add(tenant.id);
  }
}

@Controller('admin/tenants')
class AdminController {
  readonly #lifecycle: TenantLifecycle;

  constructor(@Inject(TenantLifecycle) lifecycle: TenantLifecycle) {
    this.#lifecycle = lifecycle;
  }

  @Post()
  @TenantOptional()
  create(@Body() tenant: NewTenant): Promise<TenantOperation> {
    return this.#lifecycle.create(tenant);
  }

  @Patch(':id/suspended')
  @TenantOptional()
  suspend(@Param('id') id: string): Promise<TenantOperation> {
    return this.#lifecycle.suspend(id);
  }

  @Delete(':id')
  @TenantOptional()
  delete(@Param('id') id: string): Promise<TenantOperation> {
    return this.#lifecycle.delete(id);
  }
}

@Controller('t/:domain')
class TenantController {
  @Get('ping')
  ping(): string {
    return 'pong';
  }
}

const PARTICIPANTS = [Audit, Licences, Rows, RowsHook];

async function start(
  adapter: AdapterName,
  providers: readonly Provider[] = PARTICIPANTS,
  { lifecycle, ...options }: Partial<MultitenancyOptions> & { lifecycle?: Partial<TenantLifecycleOptions> } = {},
): Promise<INestApplication> {
  const store = new InMemoryTenantLifecycleStore();
  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new CachedTenantCatalog(store.catalog),
        resolvers: [fromPath()],
        ...options,
      }),
      TenantLifecycleModule.forRoot({ store, clock: quickClock, drained: async () => true, ...lifecycle }),
      MultitenancyModule.forFeature<object>({ name: 'db', create: () => ({}) }),
    ],
    controllers: [AdminController, TenantController],
    providers: [...providers],
  })
  class AppModule {}
  return startApp(AppModule as Type, adapter);
}

const create = (app: INestApplication, body: NewTenant): ReturnType<typeof call> =>
  call(app, '/admin/tenants', { method: 'POST', body });

beforeEach(() => (log = []));

describe.each(ADAPTERS)('the lifecycle in an application on %s', (adapter) => {
  let app: INestApplication;

  beforeEach(async () => (app = await start(adapter)));
  afterEach(() => app.close());

  it('calls @TenantListener classes in their order, sets up by @Provisioner, serves, and notifies', async () => {
    expect((await create(app, FOO)).status).toBe(201);
    expect((await call(app, '/t/foo.com/ping')).text).toBe('pong');
    await until(() => log.includes('audit notified of foo'));
    expect(log).toEqual(['licences asked about foo', 'audit asked about foo', 'rows of foo', 'audit notified of foo']);
  });

  it('answers a veto with 409 and its reason', async () => {
    const answer = await create(app, { ...FOO, plan: 'free' });
    expect(answer).toMatchObject({ status: 409, json: { code: 'MT_TENANT_VETOED' } });
    expect(answer.text).toContain('free plans are sold out');
    expect((await call(app, '/t/foo.com/ping')).status).toBe(404);
  });

  it('blocks a tenant at once on this node, cached or not, and closes its clients', async () => {
    await create(app, FOO);
    await call(app, '/t/foo.com/ping');
    const registry = app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken('db'), { strict: false });
    await registry.use('foo', () => undefined);
    expect((await call(app, '/admin/tenants/foo/suspended', { method: 'PATCH' })).status).toBe(200);
    expect(await call(app, '/t/foo.com/ping')).toMatchObject({ status: 403, json: { code: 'MT_TENANT_SUSPENDED' } });
    await until(() => !registry.has('foo'));
    expect((await call(app, '/admin/tenants/foo', { method: 'DELETE' })).status).toBe(200);
    expect((await call(app, '/t/foo.com/ping')).status).toBe(404);
  });

  it('notifies listeners when a tenant is loaded and unloaded on this node', async () => {
    await create(app, FOO);
    const registry = app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken('db'), { strict: false });
    await registry.use('foo', () => undefined);
    await until(() => log.includes('loaded foo'));
    await registry.evict('foo');
    await until(() => log.includes('unloaded foo'));
    expect(log.filter((line) => line.includes('loaded'))).toEqual(['loaded foo', 'unloaded foo']);
  });
});

describe('what stops the start', () => {
  @TenantListener()
  class WithoutMethods {}
  @TenantListener({ name: 'Audit' })
  class SecondAudit implements TenantLifecycleListener {
    afterDelete(): void {
      log.push('second');
    }
  }
  @TenantListener({ order: Number.NaN })
  class Nowhere implements TenantLifecycleListener {
    afterDelete(): void {
      log.push('nowhere');
    }
  }
  @TenantListener()
  @Injectable({ scope: Scope.REQUEST })
  class PerRequest extends Audit {}

  it.each<[string, readonly Provider[]]>([
    ['a listener without a method', [WithoutMethods]],
    ['two of one name', [Audit, SecondAudit]],
    ['an order that is no number', [Nowhere]],
    ['a request-scoped one', [PerRequest]],
  ])('%s', async (_what, providers) => {
    await expect(start('express', providers)).rejects.toMatchObject({ code: 'MT_OPTIONS_INVALID' });
  });

  it('a store that is none, and a lease out of range', async () => {
    const store = new InMemoryTenantLifecycleStore();
    for (const lifecycle of [
      { store: {} as never },
      { store, leaseMs: 1 },
      { store, onProvisionFailure: 'x' as never },
    ]) {
      await expect(start('express', [], { lifecycle })).rejects.toMatchObject({ code: 'MT_OPTIONS_INVALID' });
    }
  });
});

describe('TenantLifecycleModule.forRootAsync', () => {
  it('takes its options from other providers, and stops the start when they are invalid', async () => {
    const start = async (leaseMs: number): Promise<INestApplication> => {
      const store = new InMemoryTenantLifecycleStore();
      const useFactory = async (): Promise<TenantLifecycleOptions> => ({ store, leaseMs });
      @Module({
        imports: [
          MultitenancyModule.forRoot({ catalog: store.catalog, resolvers: [fromPath()] }),
          TenantLifecycleModule.forRootAsync({ useFactory }),
        ],
      })
      class AppModule {}
      return startApp(AppModule as Type, 'express');
    };
    const app = await start(1_000);
    await expect(app.get(TenantLifecycle).create(FOO)).resolves.toMatchObject({ tenant: { status: 'active' } });
    await app.close();
    await expect(start(1)).rejects.toMatchObject({ code: 'MT_OPTIONS_INVALID' });
  });
});

describe('the resumer of an application', () => {
  it('finishes what another node left, and gives up what runs when the application closes', async () => {
    const store = new InMemoryTenantLifecycleStore();
    const begin = (id: string): ReturnType<typeof store.begin> =>
      store.begin(
        {
          id: `operation of ${id}`,
          requestKey: id,
          fingerprint: 'f',
          kind: 'create',
          tenantId: id,
          step: 'provision',
          write: { type: 'create', tenant: { id, domain: `${id}.com` } },
        },
        0,
      );
    await begin('foo');
    let signal: AbortSignal | undefined;
    @Provisioner({ name: 'slow' })
    class Slow implements TenantProvisioner {
      async provision(context: { tenant: { id: string }; signal: AbortSignal }): Promise<void> {
        if (context.tenant.id !== 'bar') return;
        signal = context.signal;
        await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      }
    }
    const lifecycle = { store, resumeIntervalMs: 10 };
    const app = await start('express', [Slow], { lifecycle, catalog: store.catalog });
    await until(async () => (await store.findTenant('foo'))?.status === 'active');
    await begin('bar');
    await until(() => signal !== undefined);
    await app.close();
    expect(signal?.aborted).toBe(true);
    expect(await store.claimDue(1_000)).toMatchObject({ operation: { tenantId: 'bar', finished: ['provision:slow'] } });
  });
});

describe('settings of tenants', () => {
  interface Settings {
    readonly theme: { readonly colour: string; readonly dark: boolean };
    readonly seats: number;
  }
  const defaults = { theme: { colour: 'blue', dark: false }, seats: 5 };
  const schema: SettingsSchema<Settings> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: async (value) => {
        const { theme, seats } = value as Settings;
        if (typeof theme.colour !== 'string')
          return { issues: [{ message: 'a text', path: ['theme', { key: 'colour' }] }] };
        return seats > 0 ? { value: value as Settings } : { issues: [{ message: 'above 0', path: ['seats'] }] };
      },
    },
  };

  it('are checked with the defaults before they are written, and typed and complete when read', async () => {
    const app = await start('express', [], { settings: { schema, defaults } });
    const lifecycle = app.get(TenantLifecycle);
    const { tenant } = await lifecycle.create({ ...FOO, settings: { theme: { dark: true } } });
    expect(tenant.settings).toEqual({ theme: { dark: true } });
    const { settings } = app.get<TenantSettings<Settings>>(TenantSettings).read(tenant);
    expect(settings).toEqual({ theme: { colour: 'blue', dark: true }, seats: 5 });
    await app.close();
  });

  it('that do not fit are refused by their path, without their value, and nothing is written', async () => {
    const app = await start('express', [], { settings: { schema, defaults } });
    const lifecycle = app.get(TenantLifecycle);
    const bad = { theme: { colour: ['CANARY'] } };
    const refusal = (field: string) => ({
      code: 'MT_TENANT_FIELD_INVALID',
      field,
      message: expect.not.stringContaining('CANARY') as string,
    });
    await expect(lifecycle.create({ ...FOO, settings: bad })).rejects.toMatchObject(refusal('settings.theme.colour'));
    await lifecycle.create(FOO);
    await expect(lifecycle.update('foo', { settings: { seats: 0 } })).rejects.toMatchObject(refusal('settings.seats'));
    await lifecycle.idle();
    await expect(lifecycle.update('foo', { settings: { seats: 1 } })).resolves.toMatchObject({
      tenant: { generation: 3 },
    });
    await app.close();
  });
});
