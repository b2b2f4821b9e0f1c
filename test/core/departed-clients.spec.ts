import { Controller, Get, Logger, Module, Res } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  fromPath,
  getTenantClientRegistryToken,
  InjectTenantClient,
  InMemoryTenantCatalog,
  MultitenancyModule,
  TenantRequiredError,
} from '@tenantry/core';
import type { TenantClientRegistry } from '@tenantry/core';
import { connect as connectHttp2 } from 'node:http2';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Server } from 'node:net';
import { ADAPTERS, call, portOf, startApp } from '../support/http.js';
import { until } from '../support/until.js';

/** Opened by the test; the factory and the handler wait at it. */
class Gate {
  readonly #waiting: (() => void)[] = [];
  get waiting(): number {
    return this.#waiting.length;
  }
  pass(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  open(): void {
    this.#waiting.splice(0).forEach((go) => go());
  }
}

function moduleWith(factory: Gate, handler: Gate): new () => object {
  @Controller('t/:domain/things')
  class ThingsController {
    constructor(@InjectTenantClient('db') private readonly db: { name: string }) {}

    @Get()
    async get(): Promise<object> {
      await handler.pass();
      return { name: this.db.name };
    }

    @Get('half')
    half(@Res() response: ServerResponse & { raw?: ServerResponse }): void {
      (response.raw ?? response).write('begin');
      throw new TenantRequiredError();
    }
  }

  @Module({
    imports: [
      MultitenancyModule.forRoot({
        catalog: new InMemoryTenantCatalog([{ id: 'foo', domain: 'foo.com' }]),
        resolvers: [fromPath()],
      }),
      MultitenancyModule.forFeature({
        name: 'db',
        create: async ({ id }) => {
          await factory.pass();
          return { name: id };
        },
      }),
    ],
    controllers: [ThingsController],
  })
  class AppModule {}
  return AppModule;
}

const registryOf = (app: INestApplication): TenantClientRegistry<object> =>
  app.get<TenantClientRegistry<object>>(getTenantClientRegistryToken('db'), { strict: false });

describe.each(ADAPTERS)('a client that goes away on %s', (adapter) => {
  const factory = new Gate();
  const handler = new Gate();
  let app: INestApplication;
  beforeEach(async () => void (app = await startApp(moduleWith(factory, handler), adapter)));
  afterEach(() => app.close());

  it('with pipelined requests gives every lease back', async () => {
    const socket = connect(portOf(app), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET /t/foo.com/things HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(4));
    await until(() => factory.waiting > 0);
    factory.open();
    await until(() => handler.waiting > 0 && registryOf(app).stats().leases === handler.waiting);
    socket.destroy();
    await until(() => registryOf(app).stats().leases === 0);
    handler.open();
  });

  it('while its client is being made gives the lease back, and the client stays for others', async () => {
    const closed = new Promise((resolve) => {
      (app.getHttpServer() as Server).once('connection', (served) => served.once('close', resolve));
    });
    const socket = connect(portOf(app), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET /t/foo.com/things HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => factory.waiting === 1);
    socket.destroy();
    await closed;
    const [errors, debug] = [jest.spyOn(Logger.prototype, 'error'), jest.spyOn(Logger.prototype, 'debug')];
    factory.open();
    await until(() => registryOf(app).size === 1 && registryOf(app).stats().leases === 0);
    // Not an error, and easily caused: no line for an operator.
    await until(() => debug.mock.calls.some(([line]) => String(line).startsWith('MT_CLIENT_NOT_ACQUIRED')));
    expect(errors).not.toHaveBeenCalled();
    jest.restoreAllMocks();
  });

  it('need not go away for a response that fails half-way to end', async () => {
    const answer = call(app, '/t/foo.com/things/half');
    await until(() => factory.waiting === 1);
    factory.open();
    expect((await answer).text).toBe('begin');
    await until(() => registryOf(app).stats().leases === 0);
  });
});

describe('over HTTP/2', () => {
  const factory = new Gate();
  const handler = new Gate();
  let app: INestApplication;
  beforeEach(async () => {
    const module = await Test.createTestingModule({ imports: [moduleWith(factory, handler)] }).compile();
    app = module.createNestApplication(new FastifyAdapter({ http2: true }), { logger: false });
    await app.listen(0, '127.0.0.1');
  });
  afterEach(() => app.close());

  it('a stream that is reset while its client is being made gives the lease back', async () => {
    const session = connectHttp2(`http://127.0.0.1:${portOf(app)}`);
    const stream = session.request({ ':path': '/t/foo.com/things' });
    stream.on('error', () => undefined);
    await until(() => factory.waiting === 1);
    stream.close(8);
    await new Promise((resolve) => session.ping(resolve));
    factory.open();
    await until(() => registryOf(app).size === 1 && registryOf(app).stats().leases === 0);
    session.destroy();
  });

  it('an authority and a Host header that disagree are refused', async () => {
    const session = connectHttp2(`http://127.0.0.1:${portOf(app)}`);
    const stream = session.request({ ':path': '/t/foo.com/things/half', ':authority': 'foo.com', host: 'bar.com' });
    const status = new Promise((resolve, reject) => {
      stream.once('response', (headers) => resolve(headers[':status']));
      stream.once('error', reject);
    });
    stream.resume();
    try {
      expect(await status).toBe(400);
    } finally {
      session.destroy();
    }
  });
});
