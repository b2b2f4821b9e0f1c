import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
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
import type { Job } from 'bullmq';

/** Does nothing until it is awaited, as query builders do; then answers in whose name. */
function lazy(context: TenantContext): Promise<string> {
  const then = (fulfil: (id: string) => void): void => fulfil(context.tenantOrNull?.id ?? 'none');
  return { then } as unknown as Promise<string>;
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
