import { ApolloDriver } from '@nestjs/apollo';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, Get, Injectable, Module, UseFilters, UseGuards } from '@nestjs/common';
import type {
  CanActivate,
  DynamicModule,
  ExecutionContext,
  INestApplication,
  LoggerService,
  Type,
} from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { ClientProxyFactory, MessagePattern, Payload, Transport } from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  CatalogUnavailableError,
  fromHeader,
  fromPath,
  InMemoryTenantCatalog,
  MultitenancyExceptionFilter,
  MultitenancyModule,
  SuperTenantOnly,
  TENANT_AUDIT_CHANNEL,
  TenantContext,
  TenantMembershipGuard,
  TenantSuspendedError,
  TenantUnknownError,
  toProblem,
} from '@tenantry/core';
import { problemOf } from '@tenantry/core/spi';
import type { Tenant, TenantAuditEvent, TenantCatalogReader } from '@tenantry/core';
import type { ErrorDetail } from '@tenantry/core/spi';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect } from 'node:net';
import { lastValueFrom } from 'rxjs';
import { WebSocket } from 'ws';
import { ADAPTERS, call, portOf } from '../support/http.js';
import type { AdapterName } from '../support/http.js';

const inMemory = new InMemoryTenantCatalog([
  { id: 'mine', domain: 'mine.com' },
  { id: 'other', domain: 'other.com' },
  { id: 'paused', domain: 'paused.com' },
  { id: 'leaving', domain: 'leaving.com' },
  { id: 'unborn', domain: 'unborn.com', status: 'provisioning' },
]);
beforeAll(() => inMemory.suspend('paused'));

/** The catalog in memory deletes at once; others take their time. */
const leaving = (tenant: Tenant | null): Tenant | null =>
  tenant?.id === 'leaving' ? { ...tenant, status: 'deleting' } : tenant;

const catalog: TenantCatalogReader = {
  findByIdentifier: async (identifier) => leaving(await inMemory.findByIdentifier(identifier)),
  findById: async (id) => leaving(await inMemory.findById(id)),
  list: (query) => inMemory.list(query),
};

function multitenancy(errorDetail: ErrorDetail, guard: 'global' | 'manual' = 'global'): DynamicModule {
  return MultitenancyModule.forRoot({
    catalog,
    resolvers: [fromPath(), fromHeader({ name: 'X-Tenant', trustedProxies: ['loopback'] })],
    membership: (principal, { id }) => (principal as { tenant: string }).tenant === id,
    errorDetail,
    guard,
  });
}

/** Acts as the application's authentication: every principal is a user of `mine`. */
@Injectable()
class SignedIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getRequest<{ user?: object }>().user = { tenant: 'mine' };
    return true;
  }
}

@Controller('t/:domain/things')
@UseGuards(SignedIn, TenantMembershipGuard)
class ThingsController {
  @Get()
  get(): object {
    return { ok: true };
  }
}

@Controller(['operator', 't/:domain/operator'])
@SuperTenantOnly()
class OperatorController {
  @Get()
  get(): object {
    return { ok: true };
  }
}

/** What a client could distinguish, and the true code of each. */
const REFUSED: readonly [what: string, path: string, headers: Readonly<Record<string, string>>, code: string][] = [
  ['an unknown tenant', '/t/nosuch.com/things', {}, 'MT_TENANT_UNKNOWN'],
  ['a suspended tenant', '/t/paused.com/things', {}, 'MT_TENANT_SUSPENDED'],
  ['a tenant that is being deleted', '/t/leaving.com/things', {}, 'MT_TENANT_SUSPENDED'],
  ['a tenant that is not ready', '/t/unborn.com/things', {}, 'MT_TENANT_PROVISIONING'],
  ['a tenant of others', '/t/other.com/things', {}, 'MT_TENANT_FORBIDDEN'],
  ['two tenants at once', '/t/other.com/things', { 'X-Tenant': 'mine' }, 'MT_TENANT_CONFLICT'],
  ['a super-tenant route with a tenant', '/t/mine.com/operator', {}, 'MT_TENANT_FORBIDDEN'],
  ['a super-tenant route with an unknown tenant', '/t/nosuch.com/operator', {}, 'MT_TENANT_UNKNOWN'],
  ['a super-tenant route without a tenant', '/operator', {}, 'MT_TENANT_FORBIDDEN'],
];

async function start(
  root: Type | DynamicModule,
  adapter: AdapterName,
  lines: string[] = [],
): Promise<INestApplication> {
  const keep = (message: unknown): unknown => lines.push(String(message));
  const logger: LoggerService = { log: () => undefined, error: keep, warn: keep, debug: keep };
  const module = await Test.createTestingModule({ imports: [root] }).compile();
  const platform = adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  return module.createNestApplication(platform, { logger });
}

/** Every byte that the server answers, but for the time of day. */
function rawAnswer(app: INestApplication, path: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const lines = Object.entries({ Host: 'localhost', Connection: 'close', ...headers }).map(
    ([k, v]) => `${k}: ${v}\r\n`,
  );
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(portOf(app), '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`),
    );
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('end', () =>
      resolve(
        Buffer.concat(chunks)
          .toString('latin1')
          .replace(/^Date: .*$/im, 'Date: now'),
      ),
    );
  });
}

describe.each(ADAPTERS)('opaque errors over HTTP on %s', (adapter) => {
  @Module({ imports: [multitenancy('opaque')], controllers: [ThingsController, OperatorController] })
  class UniformModule {}
  const log: string[] = [];
  const audited: TenantAuditEvent[] = [];
  const onAudit = (event: unknown): unknown => audited.push(event as TenantAuditEvent);
  let app: INestApplication;
  let unknown: string;

  beforeAll(async () => {
    subscribe(TENANT_AUDIT_CHANNEL, onAudit);
    app = await start(UniformModule, adapter, log);
    await app.listen(0, '127.0.0.1');
    unknown = await rawAnswer(app, '/t/nosuch.com/things', {});
  });
  afterAll(async () => {
    unsubscribe(TENANT_AUDIT_CHANNEL, onAudit);
    await app.close();
  });
  beforeEach(() => {
    log.length = 0;
    audited.length = 0;
  });

  it('an unknown tenant is a 404 that repeats nothing of the request', () => {
    expect(unknown).toMatch(/^HTTP\/1\.1 404 /);
    expect(unknown).toMatch(/content-type: application\/problem\+json/i);
    expect(unknown).toContain('"code":"MT_TENANT_UNKNOWN"');
    expect(unknown).not.toMatch(/nosuch|retry-after/i);
  });

  it.each(REFUSED)('%s is answered with the same bytes, and logged as it is', async (_what, path, headers, code) => {
    expect(await rawAnswer(app, path, headers)).toBe(unknown);
    expect(log).toEqual([expect.stringMatching(`^${code}: `)]);
  });

  it('audit events keep the true code', async () => {
    await rawAnswer(app, '/t/other.com/things', {});
    await rawAnswer(app, '/t/other.com/things', { 'X-Tenant': 'mine' });
    await rawAnswer(app, '/operator', {});
    expect(audited.map((event) => [event.type, 'tenantId' in event ? event.tenantId : null])).toEqual([
      ['forbidden', 'other'],
      ['conflict', null],
      ['forbidden', undefined],
    ]);
  });

  it('members get in, and other errors are answered as ever', async () => {
    expect((await call(app, '/t/mine.com/things')).json).toEqual({ ok: true });
    expect((await call(app, '/t/-/things')).json).toMatchObject({ code: 'MT_TENANT_IDENTIFIER_INVALID' });
  });
});

describe('full error detail', () => {
  @Module({ imports: [multitenancy('full')], controllers: [ThingsController, OperatorController] })
  class DistinctModule {}
  let app: INestApplication;
  beforeAll(async () => {
    app = await start(DistinctModule, 'express');
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  it.each(REFUSED)('%s has its own code', async (_what, path, headers, code) => {
    expect((await call(app, path, { headers })).json).toMatchObject({ code });
  });
});

/** How tenants are refused to messages, whatever transport carries them; `run` gives the very errors of the library. */
const NAMES = ['nosuch', 'paused', 'leaving', 'unborn'] as const;
const EXPECTED = { title: 'Unknown tenant', code: 'MT_TENANT_UNKNOWN' };

describe('opaque errors of messages', () => {
  it('reach the caller of a microservice as one and the same error', async () => {
    @Controller()
    class EnterController {
      constructor(private readonly context: TenantContext) {}
      @MessagePattern('enter')
      enter(@Payload() id: string): Promise<string> {
        return this.context.run(id, () => 'in');
      }
    }
    @Module({ imports: [multitenancy('opaque', 'manual')], controllers: [EnterController] })
    class RpcModule {}
    const app = await start(RpcModule, 'express');
    const options = { host: '127.0.0.1', port: 0 };
    const microservice = app.connectMicroservice({ transport: Transport.TCP, options }, { inheritAppConfig: true });
    await app.startAllMicroservices();
    const { port } = microservice.unwrap<{ address(): { port: number } }>().address();
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { ...options, port } });
    const enter = (id: string): Promise<unknown> =>
      lastValueFrom(client.send('enter', id)).catch((error: unknown) => error);
    expect(await enter('mine')).toBe('in');
    const [unknown, ...others] = await Promise.all(NAMES.map(enter));
    expect(unknown).toMatchObject(EXPECTED);
    for (const other of others) expect(JSON.stringify(other)).toBe(JSON.stringify(unknown));
    client.close();
    await app.close();
  });

  it('reach a WebSocket as one and the same event', async () => {
    @WebSocketGateway()
    @UseFilters(MultitenancyExceptionFilter)
    class EnterGateway {
      constructor(private readonly context: TenantContext) {}
      @SubscribeMessage('enter')
      enter(@MessageBody() id: string): Promise<string> {
        return this.context.run(id, () => 'in');
      }
    }
    @Module({ imports: [multitenancy('opaque', 'manual')], providers: [EnterGateway] })
    class SocketModule {}
    const app = await start(SocketModule, 'express');
    app.useWebSocketAdapter(new WsAdapter(app));
    await app.listen(0, '127.0.0.1');
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(app)}`);
    await new Promise((resolve) => socket.once('open', resolve));
    const answers: string[] = [];
    for (const name of NAMES) {
      const answer = new Promise((resolve) => socket.once('message', (text: Buffer) => resolve(text.toString())));
      socket.send(JSON.stringify({ event: 'enter', data: name }));
      answers.push((await answer) as string);
    }
    expect(JSON.parse(answers[0] as string)).toMatchObject({ event: 'exception', data: EXPECTED });
    expect(new Set(answers).size).toBe(1);
    socket.close();
    await app.close();
  });

  it('reach a client of GraphQL with the same bytes', async () => {
    @Resolver()
    @UseGuards(TenantMembershipGuard)
    class EnterResolver {
      @Query(() => String)
      enter(): string {
        return 'in';
      }
    }
    @Module({
      imports: [
        multitenancy('opaque'),
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: ApolloDriver,
          autoSchemaFile: true,
          includeStacktraceInErrorResponses: true,
          path: '/t/:domain/graphql',
          context: () => ({ req: { user: { tenant: 'mine' } } }),
        }),
      ],
      providers: [EnterResolver],
    })
    class GraphModule {}
    const app = await start(GraphModule, 'express');
    await app.listen(0, '127.0.0.1');
    const ask = async (domain: string): Promise<string> => {
      const answer = await call(app, `/t/${domain}/graphql`, { method: 'POST', body: { query: '{ enter }' } });
      return `${answer.status} ${answer.text}`;
    };
    expect(await ask('mine.com')).toContain('{"data":{"enter":"in"}}');
    const unknown = await ask('nosuch.com');
    expect(unknown).toContain('"code":"MT_TENANT_UNKNOWN"');
    for (const name of ['paused', 'leaving', 'unborn', 'other']) expect(await ask(`${name}.com`)).toBe(unknown);
    await app.close();
  });
});

describe('problemOf', () => {
  it('hides what shows that a tenant exists, and nothing else', () => {
    const [suspended, outage] = [
      new TenantSuspendedError('foo', 'suspended'),
      new CatalogUnavailableError(new Error()),
    ];
    expect(problemOf(suspended, 'opaque')).toEqual(problemOf(new TenantUnknownError('bar'), 'opaque'));
    expect(problemOf(suspended, 'full')).toEqual(toProblem(suspended));
    expect(problemOf(outage, 'opaque')).toEqual(toProblem(outage));
  });
});
