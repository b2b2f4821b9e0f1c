import { connect } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Agent } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import { Controller, Get, Module, Post, Sse } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NEVER } from 'rxjs';
import type { Observable } from 'rxjs';
import {
  fromPath,
  getTenantClientRegistryToken,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantContext,
  UseTenantClients,
} from '@tenantry/core';
import type { ShutdownOptions, TenantClientRegistry } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import { ADAPTERS, call, createApp, portOf } from '../support/http.js';
import type { AdapterName } from '../support/http.js';
import { until } from '../support/until.js';

interface Fixture {
  readonly app: INestApplication;
  readonly clock: ManualClock;
  readonly registry: TenantClientRegistry<object>;
  readonly disposed: string[];
  /** Requests that the handler of `/t/foo/wait` holds back. */
  readonly held: (() => void)[];
}

/** @param beforeServerCloses a hook of the application */
async function start(
  adapter: AdapterName,
  shutdown?: ShutdownOptions,
  beforeServerCloses: () => Promise<void> = async () => undefined,
): Promise<Fixture> {
  const clock = new ManualClock();
  const disposed: string[] = [];
  const held: (() => void)[] = [];

  @UseTenantClients('db')
  @Controller('t/:tenant')
  class WorkController {
    @Get('wait')
    async wait(): Promise<string> {
      await new Promise<void>((resolve) => held.push(resolve));
      return 'done';
    }

    @Post('upload')
    upload(): string {
      return 'uploaded';
    }

    @Sse('events')
    events(): Observable<never> {
      held.push(() => undefined);
      return NEVER;
    }
  }

  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]),
        resolvers: [fromPath()],
        clock,
        ...(shutdown === undefined ? {} : { shutdown }),
      }),
      MultitenancyModule.forFeature<object>({
        name: 'db',
        create: () => ({}),
        dispose: (_client, { tenantId }) => void disposed.push(tenantId),
      }),
    ],
    controllers: [WorkController],
    providers: [{ provide: 'HOOK', useValue: { beforeApplicationShutdown: beforeServerCloses } }],
  })
  class AppModule {}

  const app = await createApp(AppModule, adapter);
  await app.listen(0, '127.0.0.1');
  const registry = app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken('db'), { strict: false });
  await registry.use('foo', () => undefined);
  return { app, clock, registry, disposed, held };
}

/** A connection on which the server has received a text; `gone` when the server has closed it. */
async function sent(app: INestApplication, text: string): Promise<{ socket: Socket; gone: Promise<void> }> {
  const accepted: Socket[] = [];
  (app.getHttpServer() as Server).once('connection', (connection: Socket) => accepted.push(connection));
  const socket = connect(portOf(app), '127.0.0.1');
  socket.on('error', () => undefined).resume();
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  socket.write(text);
  await until(() => accepted[0]?.bytesRead === text.length);
  return { socket, gone };
}

/** Begins to close; settled by then is what closes by itself. */
async function closing(app: INestApplication): Promise<{ closed: Promise<void>; isClosed: () => boolean }> {
  let isOver = false;
  const closed = app.close().then(() => void (isOver = true));
  await until(() => !(app.getHttpServer() as Server).listening);
  await new Promise(setImmediate);
  return { closed, isClosed: () => isOver };
}

const UNFINISHED_BODY =
  'POST /t/foo/upload HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{';

describe.each(ADAPTERS)('a job under way in a shutdown on %s', (adapter) => {
  /** Starts a job that ends with the test. */
  async function jobIn({ app }: Fixture, clients: string[]): Promise<{ signal: AbortSignal; finish(): Promise<void> }> {
    const context = app.get(TenantContext);
    let end = (): void => undefined;
    let over: Promise<void> = Promise.resolve();
    const signal = await new Promise<AbortSignal>((resolve) => {
      const work = async (): Promise<void> => {
        resolve(context.signal);
        await new Promise<void>((done) => (end = done));
      };
      over = context.run('foo', work, { clients });
    });
    return { signal, finish: () => (end(), over) };
  }

  it('that has a client leased is aborted at the deadline, not before', async () => {
    const fixture = await start(adapter, { deadlineMs: 1_000 });
    const { signal, finish } = await jobIn(fixture, ['db']);
    const { closed } = await closing(fixture.app);
    fixture.clock.advance(999);
    expect(signal.aborted).toBe(false);
    fixture.clock.advance(1);
    expect(signal.reason).toMatchObject({ code: 'MT_SCOPE_ENDED' });
    await finish();
    await closed;
  });

  it('that has no client is aborted when the application has shut down', async () => {
    const fixture = await start(adapter);
    const { signal, finish } = await jobIn(fixture, []);
    await fixture.app.close();
    expect(signal.reason).toMatchObject({ code: 'MT_SCOPE_ENDED' });
    await finish();
  });
});

describe.each(ADAPTERS)('the shutdown on %s', (adapter) => {
  it.each([
    ['whose body never ends', UNFINISHED_BODY],
    ['whose head never ends', 'GET /t/foo/wait HTTP/1.1\r\nHost: a\r\n'],
  ])('closes a connection with a request %s after 5 s, then disposes the clients', async (_which, text) => {
    const { app, clock, disposed } = await start(adapter);
    const { gone } = await sent(app, text);
    const { closed, isClosed } = await closing(app);
    clock.advance(4_999);
    await new Promise(setImmediate);
    expect([isClosed(), disposed]).toEqual([false, []]);
    clock.advance(1);
    await Promise.all([gone, closed]);
    expect(disposed).toEqual(['foo']);
  });

  it('answers a request in flight, and does not wait for its connection, which the client keeps alive', async () => {
    const { app, held, disposed } = await start(adapter);
    (app.getHttpServer() as HttpServer).keepAliveTimeout = 3_600_000;
    const agent = new Agent({ keepAlive: true });
    const answer = call(app, '/t/foo/wait', { agent });
    await until(() => held.length === 1);
    const { closed } = await closing(app);
    held[0]?.();
    expect(await answer).toMatchObject({ status: 200, text: 'done' });
    await closed;
    expect(disposed).toEqual(['foo']);
    agent.destroy();
  });

  it('ends a request that is still waiting for its answer at the deadline of 15 s, and not before', async () => {
    const { app, clock, held, disposed, registry } = await start(adapter);
    const answer = call(app, '/t/foo/wait').catch((error: NodeJS.ErrnoException) => error.code);
    await until(() => held.length === 1);
    const { closed, isClosed } = await closing(app);
    clock.advance(14_999);
    await new Promise(setImmediate);
    expect([isClosed(), registry.stats().leases]).toEqual([false, 1]);
    clock.advance(1);
    expect(await answer).toBe('ECONNRESET');
    await closed;
    expect(disposed).toEqual(['foo']);
  });

  it('ends an open stream of events at the deadline', async () => {
    const { app, clock, held, disposed } = await start(adapter);
    const { gone } = await sent(app, 'GET /t/foo/events HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => held.length === 1);
    const { closed, isClosed } = await closing(app);
    clock.advance(14_999);
    await new Promise(setImmediate);
    expect(isClosed()).toBe(false);
    clock.advance(1);
    await Promise.all([gone, closed]);
    expect(disposed).toEqual(['foo']);
  });

  it('ends an upgraded connection (such as a WebSocket) at the deadline, and not as one without a request', async () => {
    const { app, clock, disposed } = await start(adapter, { deadlineMs: 2_000, incompleteRequestsMs: 1_000 });
    const upgraded: Duplex[] = [];
    (app.getHttpServer() as Server).on('upgrade', (_request, socket: Duplex) => upgraded.push(socket));
    const { gone } = await sent(app, 'GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: own\r\n\r\n');
    await until(() => upgraded.length === 1);
    const { closed } = await closing(app);
    clock.advance(1_000);
    expect(upgraded[0]?.destroyed).toBe(false);
    clock.advance(1_000);
    await Promise.all([gone, closed]);
    expect(disposed).toEqual(['foo']);
  });

  it('closes connections that come after the deadline, while a hook of the application keeps the server open', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let isHeld = false;
    const { app, clock } = await start(adapter, undefined, () => ((isHeld = true), held));
    const closed = app.close();
    await until(() => isHeld);
    clock.advance(15_000);
    const late = connect(portOf(app), '127.0.0.1').on('error', () => undefined);
    await new Promise((resolve) => late.once('close', resolve));
    release();
    await closed;
  });

  it('disposes a client that a job still holds one second after the deadline', async () => {
    const { app, clock, registry, disposed } = await start(adapter, { deadlineMs: 3_000 });
    const lease = await registry.acquire('foo');
    const { closed, isClosed } = await closing(app);
    await until(() => registry.closed);
    clock.advance(3_999);
    await new Promise(setImmediate);
    expect([isClosed(), disposed]).toEqual([false, []]);
    clock.advance(1);
    await closed;
    expect(disposed).toEqual(['foo']);
    lease.release();
  });
});

describe('the options of the shutdown', () => {
  it.each([
    ['shutdown', null],
    ['shutdown.deadlineMs', { deadlineMs: -1 }],
    ['shutdown.deadlineMs', { deadlineMs: Number.NaN }],
    ['shutdown.deadlineMs', { deadlineMs: 3_600_001 }],
    ['shutdown.incompleteRequestsMs', { deadlineMs: 1_000, incompleteRequestsMs: 1_001 }],
  ])('stop the start where they are invalid: %s %j', (option, shutdown) => {
    const options = { catalog: new InMemoryTenantCatalog([]), resolvers: [fromPath()], shutdown } as never;
    expect(() => MultitenancyModule.forRoot(options)).toThrow(
      expect.objectContaining({ code: 'MT_OPTIONS_INVALID', message: expect.stringContaining(option) }) as Error,
    );
  });
});
