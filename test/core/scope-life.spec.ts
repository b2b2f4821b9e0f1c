import { once } from 'node:events';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Body, Controller, Get, Module, Post, Sse } from '@nestjs/common';
import type { INestApplication, MessageEvent } from '@nestjs/common';
import {
  CachedTenantCatalog,
  fromPath,
  getTenantClientRegistryToken,
  InjectTenantClient,
  InTenantScope,
  MultitenancyModule,
  TenantContext,
  TenantTokenInvalidError,
} from '@tenantry/core';
import { OpenScopes, TenantScopes } from '@tenantry/core/spi';
import type { TenantClientRegistry } from '@tenantry/core';
import { InMemoryTenantLifecycleStore, TenantLifecycle, TenantLifecycleModule } from '@tenantry/lifecycle';
import { interval, map } from 'rxjs';
import type { Observable } from 'rxjs';
import { ADAPTERS, call, portOf, startApp } from '../support/http.js';
import { until } from '../support/until.js';

const signals: AbortSignal[] = [];

@Controller('t/:domain')
class ThingsController {
  constructor(private readonly context: TenantContext) {}

  @Post('plain')
  plain(@Body() _body: object): object {
    return { tenant: this.context.tenant.id };
  }

  @Sse('events')
  events(): Observable<MessageEvent> {
    signals.push(this.context.signal);
    return interval(5).pipe(map(() => ({ data: this.context.tenant.id })));
  }

  @Get('slow')
  async slow(): Promise<string> {
    signals.push(this.context.signal);
    await once(this.context.signal, 'abort');
    return this.context.tenant.id;
  }
}

@Controller('t/:domain')
class ClientController {
  constructor(@InjectTenantClient('db') private readonly db: { readonly id: string }) {}

  @Post('client')
  client(@Body() _body: object): object {
    return { tenant: this.db.id };
  }
}

describe.each(ADAPTERS)('the scope of a request on %s', (adapter) => {
  const store = new InMemoryTenantLifecycleStore();
  const expired = new Set<string>();
  const catalog = new CachedTenantCatalog(store.catalog, { ttlMs: 50, negativeTtlMs: 0 });
  const token = {
    name: 'token',
    trust: 'verified',
    resolve: (incoming: { headers(name: string): readonly string[] }) => {
      const [id] = incoming.headers('x-token');
      if (id === undefined) return { kind: 'notApplicable' };
      return expired.has(id)
        ? { kind: 'rejected', error: new TenantTokenInvalidError('it has expired') }
        : { kind: 'resolved', identifier: id, weak: false };
    },
  } as never;

  @Module({
    imports: [
      MultitenancyModule.forRoot({ catalog, resolvers: [fromPath(), token] }),
      TenantLifecycleModule.forRoot({ store, drained: async () => true, drainPollMs: 5 }),
      MultitenancyModule.forFeature({ name: 'db', create: ({ id }) => ({ id }) }),
    ],
    controllers: [ThingsController, ClientController],
  })
  class AppModule {}

  let app: INestApplication;
  let lifecycle: TenantLifecycle;
  let context: TenantContext;
  let serial = 0;
  beforeAll(async () => {
    app = await startApp(AppModule, adapter);
    lifecycle = app.get(TenantLifecycle);
    context = app.get(TenantContext);
  });
  afterAll(() => app.close());
  beforeEach(() => void (signals.length = 0));

  const tenant = async (): Promise<string> => {
    const id = `tenant-${(serial += 1)}`;
    await lifecycle.create({ id, domain: `${id}.example` });
    return id;
  };
  /** Sends the head of a request and half of its body. */
  const begin = async (path: string, headers = {}): Promise<ClientRequest> => {
    const outgoing = request({
      port: portOf(app),
      host: '127.0.0.1',
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked', ...headers },
    });
    const scopes = app.get(OpenScopes);
    const id = path.split('/')[2]?.replace('.example', '') ?? '';
    outgoing.write('{"a"');
    await until(() => scopes.countOf(id) === 1);
    return outgoing;
  };
  const finish = async (outgoing: ClientRequest): Promise<number | undefined> => {
    outgoing.end(': 1}');
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.resume();
    return incoming.statusCode;
  };
  /** Opens a long response. */
  const open = async (path: string): Promise<{ outgoing: ClientRequest; incoming: IncomingMessage }> => {
    const outgoing = request({ port: portOf(app), host: '127.0.0.1', path });
    outgoing.on('error', () => undefined);
    outgoing.end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.on('error', () => undefined).resume();
    return { outgoing, incoming };
  };

  it.each(['plain', 'client'])(
    'is refused with 403 when its tenant is suspended between head and body, and no factory has failed (%s)',
    async (route) => {
      const id = await tenant();
      const registry = app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken('db'), { strict: false });
      const { failures } = registry.stats();
      const outgoing = await begin(`/t/${id}.example/${route}`);
      await lifecycle.suspend(id);
      expect(await finish(outgoing)).toBe(403);
      expect(registry.stats().failures).toBe(failures);
    },
  );

  it('is refused with 403 when the name that it used belongs to another tenant by then', async () => {
    const [id, other] = [await tenant(), await tenant()];
    const outgoing = await begin(`/t/${id}.example/plain`);
    await lifecycle.rename(id, `renamed-${id}.example`);
    await lifecycle.rename(other, `${id}.example`);
    expect(await finish(outgoing)).toBe(403);
  });

  it('is refused with 401 when its token has expired by the time that its body is there', async () => {
    const id = await tenant();
    const outgoing = await begin(`/t/${id}.example/plain`, { 'x-token': id });
    expired.add(id);
    expect(await finish(outgoing)).toBe(401);
  });

  it('is answered when nothing has changed between head and body', async () => {
    const id = await tenant();
    const outgoing = await begin(`/t/${id}.example/plain`, { 'x-token': id });
    expect(await finish(outgoing)).toBe(201);
  });

  it.each([
    ['the lifecycle', (id: string) => lifecycle.suspend(id)],
    ['a catalog that does not notify this node', (id: string) => new TenantLifecycle({ store }).suspend(id)],
  ])('ends a long response, and fires its signal, when its tenant is suspended in %s', async (_where, suspend) => {
    const id = await tenant();
    const { incoming } = await open(`/t/${id}.example/events`);
    const closed = new Promise((resolve) => incoming.once('close', resolve));
    await suspend(id);
    await closed;
    expect(incoming.complete).toBe(false);
    expect(signals[0]?.reason).toMatchObject({ code: 'MT_TENANT_SUSPENDED' });
    await until(() => app.get(OpenScopes).countOf(id) === 0);
  });

  it('fires its signal when the client disconnects', async () => {
    const id = await tenant();
    const { outgoing } = await open(`/t/${id}.example/events`);
    outgoing.destroy();
    await until(() => signals[0]?.aborted === true);
    expect(signals[0]?.reason).toMatchObject({ code: 'MT_SCOPE_ENDED' });
  });

  it('is waited for by the deletion of its tenant, also without a client', async () => {
    const id = await tenant();
    const answer = call(app, `/t/${id}.example/slow`);
    await until(() => signals.length === 1);
    await lifecycle.delete(id);
    expect(signals[0]?.reason).toMatchObject({ code: 'MT_TENANT_SUSPENDED' });
    expect((await answer).text).toContain(id);
    expect(await store.catalog.findById(id)).toBeNull();
  });

  it('leaves nothing open when all have been answered', async () => {
    const id = await tenant();
    await Promise.all(
      Array.from({ length: 20 }, () => call(app, `/t/${id}.example/plain`, { method: 'POST', body: {} })),
    );
    await until(() => app.get(OpenScopes).countOf(id) === 0);
  });

  it('of a job: its signal fires when its tenant is deleted, and the deletion waits for it', async () => {
    const id = await tenant();
    const rows: string[] = [];
    const job = context.run(id, async () => {
      while (!context.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 2));
      rows.push('the last one');
    });
    await lifecycle.delete(id);
    expect(rows).toEqual(['the last one']);
    await job;
  });

  it('may delete its own tenant, and does not wait for itself', async () => {
    const id = await tenant();
    await context.run(id, () => lifecycle.delete(id));
    expect(await store.catalog.findById(id)).toBeNull();
  });

  it('is aborted with all others', async () => {
    const id = await tenant();
    const scopes = app.get(TenantScopes);
    const scope = scopes.open(await scopes.outcomeOf({ id, trust: 'network' }));
    const signal = scope.run(() => context.signal);
    app.get(OpenScopes).abortAll();
    expect(signal.reason).toMatchObject({ code: 'MT_SCOPE_ENDED' });
    scope.end();
  });

  it('is the last of its tenant: @InTenantScope opens none for one that is gone', async () => {
    class Listener {
      @InTenantScope()
      onEvent(): string {
        return 'handled';
      }
    }
    const id = await tenant();
    const late = context.run(id, async () => {
      await lifecycle.delete(id);
      return new Listener().onEvent();
    });
    await expect(late).rejects.toMatchObject({ code: 'MT_TENANT_UNKNOWN' });
  });
});
