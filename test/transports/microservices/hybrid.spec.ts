import { Controller, Get, Module } from '@nestjs/common';
import type { INestApplication, INestMicroservice, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TenantContext } from '@tenantry/core';
import { useTenantMessages } from '@tenantry/transports/microservices';
import { Observable, of, take } from 'rxjs';
import { call } from '../../support/http.js';
import { until } from '../../support/until.js';
import { tcp } from './support/links.js';
import type { Link } from './support/links.js';
import { leasesOf, receiverParts } from './support/receiver.js';
import type { ReceiverOptions, ReceiverParts, Visit } from './support/receiver.js';
import { rejection, startSender } from './support/sender.js';
import type { Sender } from './support/sender.js';

const SECRET = 'a secret of both sides';

interface Hybrid extends ReceiverParts {
  readonly app: INestApplication;
  readonly link: Link;
  readonly logged: unknown[];
  readonly at: (name: string) => string;
}

const closers: (() => Promise<unknown>)[] = [];

/** An application with an HTTP route and the handlers of the receiver; not started yet. */
async function hybrid(options: ReceiverOptions = {}): Promise<Hybrid> {
  const link = tcp();
  const parts = receiverParts(link.prefix, { secrets: [SECRET], ...options });

  @Controller('t/:domain/who')
  class WhoController {
    constructor(private readonly context: TenantContext) {}
    @Get()
    get(): object {
      return { tenant: this.context.tenant.id };
    }
  }

  @Module({ imports: [parts.root], controllers: [WhoController] })
  class Root {}

  const logged: unknown[] = [];
  const app = await NestFactory.create(Root, new FastifyAdapter(), { logger: loggerInto(logged) });
  closers.push(() => app.close());
  return { ...parts, app, link, logged, at: (name) => `${link.prefix}.${name}` };
}

function loggerInto(logged: unknown[]): LoggerService {
  const error = (message: unknown): void => void logged.push(message);
  return { log: () => undefined, warn: error, error, fatal: error };
}

async function startAll({ app, link, logged }: Hybrid, microservice: INestMicroservice): Promise<Sender> {
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  const sender = await startSender(link.client(microservice), [SECRET]);
  closers.push(() => sender.close());
  // Nest has one logger a process, which the sender has silenced.
  app.useLogger(loggerInto(logged));
  return sender;
}

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe.each([
  ['with inheritAppConfig', { inheritAppConfig: true }],
  ['without inheritAppConfig', { inheritAppConfig: false }],
  ['with deferred initialization', { inheritAppConfig: true, deferInitialization: true }],
])('a hybrid application %s', (_name, hybridOptions) => {
  it('serves requests and messages, each in its own tenant', async () => {
    const parts = await hybrid();
    const microservice = useTenantMessages(parts.app.connectMicroservice(parts.link.server, hybridOptions));
    const sender = await startAll(parts, microservice);
    const leases = leasesOf(parts.app);
    const [http, message] = await Promise.all([
      call(parts.app, '/t/bar.com/who'),
      sender.ask<Visit>('foo', parts.at('whose'), 1),
    ]);
    expect(http.json).toEqual({ tenant: 'bar' });
    expect(message).toMatchObject({ tenant: 'foo', client: 'foo' });
    await until(() => leases() === 0);
  });

  it('runs each event handler once', async () => {
    const parts = await hybrid();
    const microservice = useTenantMessages(parts.app.connectMicroservice(parts.link.server, hybridOptions));
    const sender = await startAll(parts, microservice);
    await sender.emit('foo', parts.at('happened'), 1);
    await sender.ask('foo', parts.at('whose'), 2);
    await until(() => parts.visits.length === 3);
    expect(parts.visits.map(({ handler }) => handler).sort()).toEqual(['happened', 'happenedToo', 'whose']);
  });

  it('refuses messages as HTTP refuses requests, with the members of a problem', async () => {
    const parts = await hybrid();
    const microservice = useTenantMessages(parts.app.connectMicroservice(parts.link.server, hybridOptions));
    const sender = await startAll(parts, microservice);
    await parts.catalog.suspend('foo');
    const error = await rejection(sender.ask('foo', parts.at('whose'), 1));
    const { json } = await call(parts.app, '/t/foo.com/who');
    expect(error).toMatchObject({ status: 403, code: 'MT_TENANT_SUSPENDED' });
    expect(error).toEqual(json);
    expect(await sender.refusalOf(parts.at('whose'), {})).toMatchObject({ code: 'MT_TENANT_REQUIRED' });
    expect(await rejection(sender.ask('bar', parts.at('operator'), 1))).toMatchObject({ code: 'MT_TENANT_FORBIDDEN' });
    expect(parts.visits).toEqual([]);
  });

  it('keeps to the error detail of the application where it is opaque', async () => {
    const parts = await hybrid({ errorDetail: 'opaque' });
    const microservice = useTenantMessages(parts.app.connectMicroservice(parts.link.server, hybridOptions));
    const sender = await startAll(parts, microservice);
    await parts.catalog.suspend('foo');
    const error = await rejection(sender.ask('foo', parts.at('whose'), 1));
    expect(error).toMatchObject({ status: 404, code: 'MT_TENANT_UNKNOWN' });
    expect(error).toEqual((await call(parts.app, '/t/foo.com/who')).json);
  });

  it('logs a refused event with its code and pattern, and nothing of its payload', async () => {
    const parts = await hybrid();
    const microservice = useTenantMessages(parts.app.connectMicroservice(parts.link.server, hybridOptions));
    const sender = await startAll(parts, microservice);
    await parts.catalog.suspend('foo');
    await sender.emit('foo', parts.at('happened'), 'a canary');
    const line = `MT_TENANT_SUSPENDED: an event was refused: "${parts.at('happened')}".`;
    await until(() => parts.logged.filter((each) => each === line).length === 2);
    expect(JSON.stringify(parts.logged)).not.toContain('a canary');
  });

  it('survives an onRefused that fails, and logs that', async () => {
    const parts = await hybrid();
    const microservice = parts.app.connectMicroservice(parts.link.server, hybridOptions);
    useTenantMessages(microservice, { onRefused: () => Promise.reject(new Error('nowhere to put it')) });
    const sender = await startAll(parts, microservice);
    expect(await sender.refusalOf(parts.at('whose'), 1)).toMatchObject({ code: 'MT_TENANT_REQUIRED' });
    expect(parts.logged).toContain(`onRefused failed for "${parts.at('whose')}", refused with MT_TENANT_REQUIRED.`);
  });

  it('starts without a warning', async () => {
    const parts = await hybrid();
    await startAll(parts, useTenantMessages(parts.app.connectMicroservice(parts.link.server, hybridOptions)));
    expect(parts.logged).toEqual([]);
  });
});

it('receives a message once where two microservices inherit the same hooks', async () => {
  const parts = await hybrid();
  const [first, second] = [parts.link.server, tcp().server].map((options) =>
    useTenantMessages(parts.app.connectMicroservice(options, { inheritAppConfig: true })),
  ) as [INestMicroservice, INestMicroservice];
  const sender = await startAll(parts, first);
  const other = await startSender(parts.link.client(second), [SECRET]);
  closers.push(() => other.close());
  expect(await sender.ask('foo', parts.at('whose'), 1)).toMatchObject({ tenant: 'foo', data: 1 });
  expect(await other.ask('bar', parts.at('whose'), 2)).toMatchObject({ tenant: 'bar', data: 2 });
});

it('may be called twice for one microservice', async () => {
  const parts = await hybrid();
  const microservice = parts.app.connectMicroservice(parts.link.server);
  const sender = await startAll(parts, useTenantMessages(useTenantMessages(microservice)));
  expect(await sender.ask('foo', parts.at('whose'), 1)).toMatchObject({ tenant: 'foo', data: 1 });
});

it('gives clients back when what waits for the replies goes away', async () => {
  const parts = await hybrid();
  const microservice = parts.app.connectMicroservice(parts.link.server);
  microservice.registerPreRequestHook((_context, next) => next().pipe(take(1)));
  const sender = await startAll(parts, useTenantMessages(microservice));
  const leases = leasesOf(parts.app);
  const reply = sender.ask('foo', parts.at('endless'), 1);
  await until(() => parts.ticks.observed);
  expect(leases()).toBe(1);
  parts.ticks.next(7);
  expect(await reply).toBe('tick:7');
  await until(() => leases() === 0);
  expect(parts.ticks.observed).toBe(false);
});

it('does not open a scope for a message that another hook answers', async () => {
  const parts = await hybrid();
  const microservice = parts.app.connectMicroservice(parts.link.server);
  microservice.registerPreRequestHook((): Observable<unknown> => of('maintenance'));
  const sender = await startAll(parts, useTenantMessages(microservice));
  expect(await sender.ask('foo', parts.at('whose'), 1)).toBe('maintenance');
  expect(leasesOf(parts.app)()).toBe(0);
});

describe('a microservice that was connected without useTenantMessages', () => {
  it('answers MT_CONTEXT_MISSING with inheritAppConfig', async () => {
    const parts = await hybrid();
    await parts.app.init();
    const microservice = parts.app.connectMicroservice(parts.link.server, { inheritAppConfig: true });
    const sender = await startAll(parts, microservice);
    const error = await rejection(sender.ask('foo', parts.at('bystander'), 1));
    expect(error).toMatchObject({ status: 500, code: 'MT_CONTEXT_MISSING', detail: 'See the log of the service.' });
    expect(parts.visits).toEqual([]);
  });

  it('runs no handler without inheritAppConfig, and logs why', async () => {
    const parts = await hybrid();
    await parts.app.init();
    const microservice = parts.app.connectMicroservice(parts.link.server);
    const sender = await startAll(parts, microservice);
    await rejection(sender.ask('foo', parts.at('bystander'), 1));
    expect(parts.logged).toContainEqual(expect.objectContaining({ code: 'MT_CONTEXT_MISSING' }));
    expect(parts.visits).toEqual([]);
  });

  it.each([{}, { deferInitialization: true }])('runs no handler, connected before app.init() (%j)', async (options) => {
    const parts = await hybrid();
    const microservice = parts.app.connectMicroservice(parts.link.server, options);
    const sender = await startAll(parts, microservice);
    await rejection(sender.ask('foo', parts.at('bystander'), 1));
    expect(parts.visits).toEqual([]);
  });

  it('answers MT_CONTEXT_MISSING as an application of its own', async () => {
    const link = tcp();
    const parts = receiverParts(link.prefix);
    const app = await NestFactory.createMicroservice(parts.root, { ...link.server, logger: false });
    closers.push(() => app.close());
    await app.listen();
    const sender = await startSender(link.client(app));
    closers.push(() => sender.close());
    const error = await rejection(sender.ask('foo', `${link.prefix}.bystander`, 1));
    expect(error).toMatchObject({ code: 'MT_CONTEXT_MISSING' });
    expect(parts.visits).toEqual([]);
  });
});
