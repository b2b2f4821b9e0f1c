import { Controller, Get, Injectable, Module, Res, UseGuards } from '@nestjs/common';
import type { CanActivate, INestApplication } from '@nestjs/common';
import {
  fromPath,
  getTenantClientRegistryToken,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantClientCleanup,
  TenantContext,
  UseTenantClients,
} from '@tenantry/core';
import type { TenantClientRegistry } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import type { ServerResponse } from 'node:http';
import { ADAPTERS, call, startApp } from '../support/http.js';
import type { AdapterName } from '../support/http.js';
import { until } from '../support/until.js';

class Client {
  readonly #tenantId: string;
  closed = false;

  constructor(tenantId: string) {
    this.#tenantId = tenantId;
  }

  async whose(): Promise<string> {
    return this.#tenantId;
  }
}

interface Fixture {
  readonly app: INestApplication;
  readonly clock: ManualClock;
  readonly created: Client[];
  readonly registry: TenantClientRegistry<Client>;
  readonly streams: ServerResponse[];
}

/** An application with one client kind, all of its own, so that tests share nothing. */
async function start(adapter: AdapterName): Promise<Fixture> {
  const clock = new ManualClock();
  const created: Client[] = [];
  const streams: ServerResponse[] = [];

  @Injectable()
  class DbService {
    constructor(@InjectTenantClient('db') private readonly db: Client) {}
    whose(): Promise<string> {
      return this.db.whose();
    }
  }

  @Injectable()
  class NoEntry implements CanActivate {
    canActivate(): boolean {
      return false;
    }
  }

  @Controller('t/:domain/db')
  class DbController {
    constructor(private readonly service: DbService) {}
    @Get()
    async get(): Promise<object> {
      return { whose: await this.service.whose() };
    }
    @Get('forbidden')
    @UseGuards(NoEntry)
    forbidden(): object {
      return {};
    }
    @Get('stream')
    stream(@Res() response: { raw?: ServerResponse } & ServerResponse): void {
      const raw = response.raw ?? response;
      raw.writeHead(200, { 'content-type': 'text/plain' });
      raw.write('begin ');
      streams.push(raw);
    }
  }

  @Controller('t/:domain/plain')
  class PlainController {
    constructor(private readonly context: TenantContext) {}
    @Get()
    get(): object {
      return { tenant: this.context.tenant.id };
    }
  }

  abstract class NamingController {
    @Get()
    async get(): Promise<object> {
      return { name: await this.name() };
    }
    protected abstract name(): Promise<string>;
  }

  @Controller('t/:domain/named-by-client')
  class NamedByClientController extends NamingController {
    constructor(private readonly service: DbService) {
      super();
    }
    protected override name(): Promise<string> {
      return this.service.whose();
    }
  }

  @Controller('t/:domain/named-by-context')
  class NamedByContextController extends NamingController {
    constructor(private readonly context: TenantContext) {
      super();
    }
    protected override async name(): Promise<string> {
      return this.context.tenant.id;
    }
  }

  @Controller('t/:domain/lookup')
  class LookupController {
    constructor(private readonly context: TenantContext) {}
    @Get('declared')
    @UseTenantClients('db')
    async declared(): Promise<object> {
      return { whose: await app.get<Client>('tenantry:client:db').whose() };
    }
    @Get('undeclared')
    async undeclared(): Promise<object> {
      return { whose: await app.get<Client>('tenantry:client:db').whose() };
    }
    @Get('nested')
    @UseTenantClients('db')
    async nested(): Promise<object> {
      const db = app.get<Client>('tenantry:client:db');
      const inner = await this.context.run('bar', () => db.whose(), { clients: ['db'] });
      return { outer: await db.whose(), inner };
    }
  }

  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([
          { id: 'foo', domain: 'foo.com' },
          { id: 'bar', domain: 'bar.com' },
        ]),
        resolvers: [fromPath()],
        clock,
      }),
      MultitenancyModule.forFeature<Client>({
        name: 'db',
        create: async (tenant) => {
          await new Promise((resolve) => setImmediate(resolve));
          const client = new Client(tenant.id);
          created.push(client);
          return client;
        },
        dispose: (client) => void (client.closed = true),
        idleTimeoutMs: 60_000,
      }),
    ],
    controllers: [NamedByClientController, NamedByContextController, DbController, PlainController, LookupController],
    providers: [DbService],
  })
  class AppModule {}

  const app = await startApp(AppModule, adapter);
  const registry = app.get<TenantClientRegistry<Client>>(getTenantClientRegistryToken('db'), { strict: false });
  return { app, clock, created, registry, streams };
}

describe.each(ADAPTERS)('tenant clients over HTTP on %s', (adapter) => {
  let fixture: Fixture;
  beforeEach(async () => void (fixture = await start(adapter)));
  afterEach(() => fixture.app.close());

  it('are made once under 100 concurrent first requests, and go back', async () => {
    const { app, created, registry } = fixture;
    const answers = await Promise.all(Array.from({ length: 100 }, () => call(app, '/t/foo.com/db')));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['{"whose":"foo"}']));
    expect(created).toHaveLength(1);
    await until(() => registry.stats().leases === 0);
  });

  it('are the tenant’s own under interleaved requests', async () => {
    const { app, created } = fixture;
    const domains = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 'foo' : 'bar'));
    const answers = await Promise.all(domains.map((domain) => call(app, `/t/${domain}.com/db`)));
    expect(answers.map(({ json }) => json)).toEqual(domains.map((whose) => ({ whose })));
    expect(created).toHaveLength(2);
  });

  it('are not made for a handler that reaches none', async () => {
    expect((await call(fixture.app, '/t/foo.com/plain')).json).toEqual({ tenant: 'foo' });
    expect(fixture.created).toHaveLength(0);
  });

  it('are made for the controller that needs them where several inherit a handler', async () => {
    expect((await call(fixture.app, '/t/foo.com/named-by-context')).json).toEqual({ name: 'foo' });
    expect(fixture.created).toHaveLength(0);
    expect((await call(fixture.app, '/t/foo.com/named-by-client')).json).toEqual({ name: 'foo' });
    expect(fixture.created).toHaveLength(1);
  });

  it('are not made for a request that a guard refuses', async () => {
    expect((await call(fixture.app, '/t/foo.com/db/forbidden')).status).toBe(403);
    expect(fixture.created).toHaveLength(0);
  });

  it('are evicted when idle and made again on the next request', async () => {
    const { app, clock, created } = fixture;
    await call(app, '/t/foo.com/db');
    await until(() => fixture.registry.stats().leases === 0);
    clock.advance(60_001);
    await app.get(TenantClientCleanup, { strict: false }).sweep();
    expect(created.map(({ closed }) => closed)).toEqual([true]);
    expect((await call(app, '/t/foo.com/db')).json).toEqual({ whose: 'foo' });
    expect(created.map(({ closed }) => closed)).toEqual([true, false]);
  });

  it('stay with a streamed response past the idle time, until it has closed', async () => {
    const { app, clock, created, registry, streams } = fixture;
    const answer = call(app, '/t/foo.com/db/stream');
    await until(() => streams.length === 1);
    clock.advance(10 * 60_000);
    await app.get(TenantClientCleanup, { strict: false }).sweep();
    expect(created[0]?.closed).toBe(false);
    expect(registry.stats().leases).toBe(1);
    streams[0]?.end('end');
    expect((await answer).text).toBe('begin end');
    await until(() => registry.stats().leases === 0);
    clock.advance(60_001);
    await app.get(TenantClientCleanup, { strict: false }).sweep();
    expect(created[0]?.closed).toBe(true);
  });

  it('may be looked up where the handler declares them, and only there, warm or cold', async () => {
    const { app } = fixture;
    expect((await call(app, '/t/foo.com/lookup/declared')).json).toEqual({ whose: 'foo' });
    expect((await call(app, '/t/foo.com/lookup/undeclared')).json).toMatchObject({
      status: 500,
      code: 'MT_CLIENT_NOT_ACQUIRED',
    });
  });

  it('are the inner tenant’s inside a nested run, and the outer’s again behind it', async () => {
    expect((await call(fixture.app, '/t/foo.com/lookup/nested')).json).toEqual({ outer: 'foo', inner: 'bar' });
    await until(() => fixture.registry.stats().leases === 0);
  });

  it('are all closed when the application is', async () => {
    await call(fixture.app, '/t/foo.com/db');
    await call(fixture.app, '/t/bar.com/db');
    await fixture.app.close();
    expect(fixture.created.map(({ closed }) => closed)).toEqual([true, true]);
  });
});
