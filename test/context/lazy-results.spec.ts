import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  fromHost,
  InMemoryTenantCatalog,
  InTenantScope,
  MultitenancyModule,
  PerTenantScope,
  TenantContext,
  TenantMessages,
} from '@tenantry/core';
import { TenantScopes } from '@tenantry/core/spi';
import type { SealedMessage } from '@tenantry/core';
import { TenantWorkerHost } from '@tenantry/transports/bullmq';
import { useTenantMessages } from '@tenantry/transports/microservices';
import type { Job } from 'bullmq';
import { tcp } from '../transports/microservices/support/links.js';
import { startSender } from '../transports/microservices/support/sender.js';
import { socketBench } from '../transports/websockets/support/bench.js';
import { PLATFORMS } from '../transports/websockets/support/peer.js';

/** Does nothing until it is awaited, as query builders do; then answers in whose name. */
function lazy(context: TenantContext): Promise<string> {
  return lazily(() => context.tenantOrNull?.id ?? 'none');
}

function lazily<R>(read: () => R): Promise<R> {
  const then = (fulfil: (value: R) => void): void => fulfil(read());
  return { then } as unknown as Promise<R>;
}

@Injectable()
class LazyWorker extends TenantWorkerHost<object, string> {
  constructor(private readonly context: TenantContext) {
    super();
  }

  protected override handle(): Promise<string> {
    return lazy(this.context);
  }
}

@Module({
  imports: [
    MultitenancyModule.forRoot({
      catalog: new InMemoryTenantCatalog([
        { id: 'foo', domain: 'foo.com' },
        { id: 'bar', domain: 'bar.com' },
      ]),
      resolvers: [fromHost()],
      messages: { secrets: ['a secret of sixteen characters'] },
    }),
  ],
  providers: [LazyWorker],
})
class AppModule {}

describe('a callback that returns a lazy thenable, called in the scope of foo', () => {
  let app: INestApplicationContext;
  let context: TenantContext;
  const values = new PerTenantScope(() => ({}));
  const inFoo = <R>(fn: () => R | Promise<R>): Promise<R> => context.run('foo', fn);

  class Listener {
    @InTenantScope()
    onEvent(): Promise<boolean> {
      const own = values.get();
      return { then: (fulfil: (isOwn: boolean) => void) => fulfil(values.get() === own) } as never;
    }
  }

  beforeAll(async () => {
    app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    context = app.get(TenantContext);
  });
  afterAll(() => app.close());

  it('runs in the tenant that `run` names', async () => {
    expect(await inFoo(() => context.run('bar', () => lazy(context)))).toBe('bar');
    expect(await inFoo(() => context.run('bar', async () => lazy(context)))).toBe('bar');
  });

  it('runs as the super tenant in `runAsSuperTenant`', async () => {
    expect(await inFoo(() => context.runAsSuperTenant(() => lazy(context)))).toBe('super');
  });

  it('runs in each tenant in turn in `forEachTenant`', async () => {
    const seen: string[] = [];
    const noting = (id: string) => ({
      then: (fulfil: () => void) => (seen.push(`${id} ran as ${context.tenantOrNull?.id ?? 'none'}`), fulfil()),
    });
    await inFoo(() => context.forEachTenant(({ id }) => noting(id), { concurrency: 1 }));
    expect(seen).toEqual(['bar ran as bar', 'foo ran as foo']);
  });

  it('runs in the scope of an @InTenantScope method, not in that of its caller', async () => {
    expect(await inFoo(() => new Listener().onEvent())).toBe(true);
  });

  it('runs in the scope that a transport has opened', async () => {
    const scopes = app.get(TenantScopes);
    const scope = scopes.open(await scopes.outcomeOf({ id: 'bar', trust: 'network' }));
    expect(await inFoo(() => scope.runToEnd(() => lazy(context)))).toBe('bar');
    scope.end();
  });

  it('runs in the tenant of the job of a worker', async () => {
    const purpose = JSON.stringify(['bullmq', 'lazy', 'job']);
    const data = await context.run('bar', () => app.get(TenantMessages).seal(purpose, {}));
    const job = { queueName: 'lazy', name: 'job', data } as Job<SealedMessage<object>, string>;
    expect(await inFoo(() => app.get(LazyWorker).process(job))).toBe('bar');
  });
});

@WebSocketGateway()
class LazyGateway {
  constructor(private readonly context: TenantContext) {}

  @SubscribeMessage('whose')
  whose(): Promise<object> {
    return lazily(() => ({ event: 'whose', data: { id: this.context.tenantOrNull?.id ?? 'none' } }));
  }
}

@Controller()
class LazyController {
  constructor(private readonly context: TenantContext) {}

  @MessagePattern('lazy')
  whose(): Promise<string> {
    return lazy(this.context);
  }
}

@Module({ imports: [AppModule], controllers: [LazyController] })
class ReceiverModule {}

describe('a handler that returns a lazy thenable', () => {
  const bench = socketBench();

  it.each(PLATFORMS)('runs in the tenant of its socket on %s', async (platform) => {
    const fixture = await bench.start({ platform, gateways: [LazyGateway] });
    for (const id of ['a', 'b']) {
      const peer = bench.join(platform, fixture, id);
      peer.send('whose');
      expect(await peer.next('whose')).toEqual({ id });
    }
  });

  it('runs in the tenant of its message', async () => {
    const link = tcp();
    const receiver = await NestFactory.createMicroservice(ReceiverModule, { ...link.server, logger: false });
    useTenantMessages(receiver);
    await receiver.listen();
    const sender = await startSender(link.client(receiver), ['a secret of sixteen characters']);
    for (const id of ['foo', 'bar']) expect(await sender.ask(id, 'lazy', {})).toBe(id);
    await sender.close();
    await receiver.close();
  });
});
