import { Controller, Get, Injectable, Module, Param } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { EventEmitter2, EventEmitterModule, EventEmitterReadinessWatcher, OnEvent } from '@nestjs/event-emitter';
import { InjectTenantClient, InTenantScope, MultitenancyError, TenantContext, UseTenantClients } from '@tenantry/core';
import { ADAPTERS, call, startApp } from '../../support/http.js';
import type { AdapterName } from '../../support/http.js';
import { until } from '../../support/until.js';
import { DbClient, Door, FaultyCatalog, leasesOf, tenantModules } from '../tenant-fixture.js';

/** What a listener met, in the form `<listener> <tenant of the event> <tenant> <client or code>`. */
class Backstage {
  readonly door = new Door();
  readonly records: string[] = [];
}

@Injectable()
class Listeners {
  constructor(
    private readonly backstage: Backstage,
    private readonly context: TenantContext,
    @InjectTenantClient('db') private readonly db: DbClient,
  ) {}

  @OnEvent('user.created')
  @InTenantScope({ clients: ['db'] })
  async above(id: string): Promise<void> {
    await this.#record('above', id);
  }

  @InTenantScope({ clients: ['db'] })
  @OnEvent('user.created', { async: true })
  async below(id: string): Promise<void> {
    await this.#record('below', id);
  }

  @OnEvent('user.*')
  @OnEvent('never')
  @InTenantScope({ clients: ['db'] })
  async wildcard(id: string): Promise<void> {
    await this.#record('wildcard', id);
  }

  @OnEvent('user.created')
  async borrowing(id: string): Promise<void> {
    await this.#record('borrowing', id);
  }

  @OnEvent('strict', { suppressErrors: false })
  @InTenantScope({ clients: ['db'] })
  async strict(id: string): Promise<void> {
    await this.#record('strict', id);
  }

  async #record(listener: string, id: string): Promise<void> {
    await this.backstage.door.opened;
    const tenant = this.context.tenantOrNull?.id ?? 'none';
    this.backstage.records.push(`${listener} ${id} ${tenant} ${await this.#client()}`);
  }

  async #client(): Promise<string> {
    try {
      return await this.db.whose();
    } catch (error) {
      return error instanceof MultitenancyError ? error.code : String(error);
    }
  }
}

@Controller('t/:domain')
class UsersController {
  constructor(
    private readonly emitter: EventEmitter2,
    private readonly context: TenantContext,
  ) {}

  @Get('emit/:event')
  @UseTenantClients('db')
  emit(@Param('event') event: string): string {
    this.emitter.emit(event, this.context.tenant.id);
    return 'emitted';
  }

  @Get('emit-and-wait')
  async emitAndWait(): Promise<string> {
    await this.emitter.emitAsync('strict', this.context.tenant.id);
    return 'emitted';
  }
}

async function start(adapter: AdapterName): Promise<INestApplication> {
  @Module({
    imports: [...tenantModules(new FaultyCatalog()), EventEmitterModule.forRoot({ wildcard: true })],
    controllers: [UsersController],
    providers: [Listeners, Backstage],
  })
  class AppModule {}
  const app = await startApp(AppModule, adapter);
  await app.get(EventEmitterReadinessWatcher).waitUntilReady();
  return app;
}

describe.each(ADAPTERS)('@nestjs/event-emitter in requests on %s', (adapter) => {
  let app: INestApplication;
  let backstage: Backstage;
  beforeEach(async () => {
    app = await start(adapter);
    backstage = app.get(Backstage);
  });
  afterEach(() => app.close());

  it('gives listeners with a scope of their own their tenant and lease, long after the response', async () => {
    expect((await call(app, '/t/foo.com/emit/user.created')).text).toBe('emitted');
    await until(() => leasesOf(app) === 3);
    backstage.door.open();
    await until(() => backstage.records.length === 4);
    expect(backstage.records.sort()).toEqual([
      'above foo foo foo',
      'below foo foo foo',
      'borrowing foo foo MT_CLIENT_NOT_ACQUIRED',
      'wildcard foo foo foo',
    ]);
    await until(() => leasesOf(app) === 0);
  });

  it('keeps interleaved emits of two tenants apart', async () => {
    const tenants = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'foo' : 'bar'));
    await Promise.all(tenants.map((id) => call(app, `/t/${id}.com/emit/user.created`)));
    backstage.door.open();
    await until(() => backstage.records.length === 160);
    for (const line of backstage.records) {
      const [listener, id, tenant, client] = line.split(' ');
      expect([tenant, client]).toEqual([id, listener === 'borrowing' ? 'MT_CLIENT_NOT_ACQUIRED' : id]);
    }
    await until(() => leasesOf(app) === 0);
  });

  it('waits for listeners with emitAsync, in the emitter’s request', async () => {
    backstage.door.open();
    expect((await call(app, '/t/bar.com/emit-and-wait')).text).toBe('emitted');
    expect(backstage.records).toEqual(['strict bar bar bar']);
  });

  it('refuses an emit outside of any tenant, and rejects where errors are not suppressed', async () => {
    backstage.door.open();
    const emitter = app.get(EventEmitter2);
    await expect(emitter.emitAsync('strict', 'foo')).rejects.toMatchObject({ code: 'MT_CONTEXT_MISSING' });
    await emitter.emitAsync('user.created', 'foo');
    expect(backstage.records).toEqual(['borrowing foo none MT_CONTEXT_MISSING']);
  });
});
