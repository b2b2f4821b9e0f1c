import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { fromPath, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import DataLoader from 'dataloader';
import pg from 'pg';
import { defer, firstValueFrom, map, of, shareReplay, Subject, take } from 'rxjs';
import { createTestDatabase } from '../support/postgres.js';
import { CallbackPool, TaskQueue } from './support/shared.js';
import { Signal } from './support/signal.js';
import { DB_FEATURE, Probe } from './support/probe.js';

@Module({
  imports: [
    MultitenancyModule.forRoot({
      catalog: new InMemoryTenantCatalog([
        { id: 'foo', domain: 'foo.com' },
        { id: 'bar', domain: 'bar.com' },
      ]),
      resolvers: [fromPath()],
    }),
    DB_FEATURE,
  ],
})
class AppModule {}

/**
 * Where the platform itself carries a context from one piece of work into another, the first expectation shows it and the
 * others show the remedy.
 */
describe('the tenant behind', () => {
  let module: TestingModule;
  let probe: Probe;

  beforeAll(async () => {
    module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    await module.init();
    probe = new Probe(module);
  });
  afterAll(() => module.close());

  it('a pooled callback is the releaser’s; bound or awaited, it is the caller’s', async () => {
    const pool = new CallbackPool(1);
    const [held, waiting] = [new Signal(), new Signal()];
    const holder = probe.run('foo', async () => {
      pool.take(held.give);
      await waiting.given;
      pool.giveBack();
    });
    await held.given;
    const met = await probe.run('bar', async () => {
      const giveBack = (notify: (who: string) => unknown): unknown => {
        const result = notify(probe.who());
        pool.giveBack();
        return result;
      };
      const plain = new Promise((go) => pool.take(() => giveBack(go)));
      const awaited = new Promise<void>((go) => pool.take(go)).then(() => giveBack(String));
      const bound = new Promise((go) => pool.take(AsyncResource.bind(() => giveBack(go))));
      waiting.give();
      return { plain: await plain, awaited: await awaited, bound: await bound };
    });
    await holder;
    expect(met).toEqual({ plain: 'foo', awaited: 'bar', bound: 'bar' });
  });

  it('a callback of a pg pool is the releaser’s; bound or awaited, it is the caller’s', async () => {
    const database = await createTestDatabase();
    const pool = new pg.Pool({ connectionString: database.appUrl, max: 1 });
    try {
      const [held, waiting] = [new Signal(), new Signal()];
      const holder = probe.run('foo', async () => {
        const client = await pool.connect();
        held.give();
        await waiting.given;
        client.release();
      });
      await held.given;
      const met = await probe.run('bar', async () => {
        const { who } = probe;
        const connect = (callback: () => void): void => pool.connect((_error, _client, done) => done(callback()));
        const plain = new Promise((go) => connect(() => go(who())));
        const awaited = pool.query('select 1').then(who);
        const bound = new Promise((go) => connect(AsyncResource.bind(() => go(who()))));
        waiting.give();
        return { plain: await plain, awaited: await awaited, bound: await bound };
      });
      await holder;
      expect(met).toEqual({ plain: 'foo', awaited: 'bar', bound: 'bar' });
    } finally {
      await pool.end();
      await database.drop();
    }
  });

  it('an EventEmitter’s listener is the emitter’s; bound, it is the listener’s', async () => {
    const emitter = new EventEmitter();
    const met: unknown[] = [];
    await probe.run('bar', () => {
      emitter.on('event', () => met.push(['plain', probe.who()]));
      emitter.on('event', AsyncResource.bind(() => met.push(['bound', probe.who()]))); // prettier-ignore
    });
    await probe.run('foo', () => emitter.emit('event'));
    emitter.emit('event');
    expect(met).toEqual([
      ['plain', 'foo'],
      ['bound', 'bar'],
      ['plain', 'MT_CONTEXT_MISSING'],
      ['bound', 'bar'],
    ]);
  });

  it('a queued task is that of the caller who started the queue; bound or in a run of its own, it is right', async () => {
    const queue = new TaskQueue();
    const waiting = new Signal();
    const first = probe.run('foo', () => queue.add(() => waiting.given));
    const met = probe.run('bar', async () => {
      const tasks = {
        plain: queue.add(async () => probe.who()),
        bound: queue.add(AsyncResource.bind(async () => probe.who())),
        run: queue.add(() => probe.run('bar', probe.who)),
      };
      waiting.give();
      return { plain: await tasks.plain, bound: await tasks.bound, run: await tasks.run };
    });
    await first;
    expect(await met).toEqual({ plain: 'foo', bound: 'bar', run: 'bar' });
  });

  it('a queued task never uses the client of a tenant whose work is over', async () => {
    const queue = new TaskQueue();
    const waiting = new Signal();
    const task = await probe.run('foo', () => {
      void queue.add(() => waiting.given);
      return [queue.add(probe.whose), queue.add(() => probe.run('foo', probe.whose))];
    });
    waiting.give();
    expect(await Promise.all(task)).toEqual(['MT_CLIENT_NOT_ACQUIRED', 'foo']);
  });

  it('a DataLoader that requests share is that of the first load; one per request is right', async () => {
    const batch = async (keys: readonly string[]): Promise<string[]> => {
      const whose = await probe.whose();
      return keys.map((key) => `${key} of ${whose}`);
    };
    const shared = new DataLoader(batch);
    const load = (own: DataLoader<string, string>): Promise<string[]> =>
      Promise.all([shared.load('row'), own.load('row')]);
    const met = ['foo', 'bar'].map((id) => probe.run(id, () => load(new DataLoader(batch))));
    expect(await Promise.all(met)).toEqual([
      ['row of foo', 'row of foo'],
      ['row of foo', 'row of bar'],
    ]);
  });

  it('setInterval stays the starter’s, without its client once the work is over; each tick in a run of its own has both', async () => {
    const ticks = await probe.run('foo', () => ({
      plain: nextTickOf(async () => [probe.who(), await probe.whose()]),
      run: nextTickOf(() => probe.run('foo', async () => [probe.who(), await probe.whose()])),
    }));
    expect(await ticks.plain).toEqual(['foo', 'MT_CLIENT_NOT_ACQUIRED']);
    expect(await ticks.run).toEqual(['foo', 'foo']);
  });

  it('a stream that several share is the writer’s; bound or iterated, it is the reader’s', async () => {
    const stream = new PassThrough();
    const [listening, iterating] = [new Signal(), new Signal()];
    const met = probe.run('bar', async () => {
      const plain = new Promise((go) => stream.once('data', () => go(probe.who())));
      const listener = (go: (who: string) => void): (() => void) => AsyncResource.bind(() => go(probe.who()));
      const bound = new Promise((go) => stream.once('data', listener(go)));
      listening.give();
      const listened = { plain: await plain, bound: await bound };
      iterating.give();
      for await (const _chunk of stream) return { ...listened, iterated: probe.who() };
      return listened;
    });
    await probe.run('foo', async () => {
      await listening.given;
      stream.write('1');
      await iterating.given;
      stream.end('2');
    });
    expect(await met).toEqual({ plain: 'foo', bound: 'bar', iterated: 'bar' });
  });

  it('shareReplay is the first subscriber’s; one per tenant is right', async () => {
    const whoami = defer(() => of(probe.who()));
    const shared = whoami.pipe(shareReplay(1));
    const perTenant = new Map<string, typeof shared>();
    const own = (): typeof shared => {
      const id = probe.context.tenant.id;
      const known = perTenant.get(id) ?? whoami.pipe(shareReplay(1));
      perTenant.set(id, known);
      return known;
    };
    const read = async (): Promise<object> => ({
      shared: await firstValueFrom(shared),
      own: await firstValueFrom(own()),
    });
    expect(await probe.run('foo', read)).toEqual({ shared: 'foo', own: 'foo' });
    expect(await probe.run('bar', read)).toEqual({ shared: 'foo', own: 'bar' });
  });

  it('operators behind a shared source are those of the caller who feeds it; in a snapshot, the subscriber’s', async () => {
    const source = new Subject<number>();
    const shared = source.pipe(shareReplay(1));
    const met = await probe.run('bar', () => {
      const inOwnContext = AsyncLocalStorage.snapshot();
      const plain = firstValueFrom(shared.pipe(take(1), map(probe.who)));
      const kept = firstValueFrom(
        shared.pipe(
          take(1),
          map(() => inOwnContext(probe.who)),
        ),
      );
      return [plain, kept];
    });
    await probe.run('foo', () => source.next(1));
    expect(await Promise.all(met)).toEqual(['foo', 'bar']);
  });

  it('a worker thread is missing, and its message is the starter’s; the id goes along, and the listener is bound', async () => {
    const worker = await probe.run('foo', () => new Worker(WORKER, { eval: true }));
    try {
      const met = await probe.run('bar', async () => {
        const plain = new Promise((go) => worker.once('message', () => go(probe.who())));
        const answer = (go: (answer: object) => void): ((message: object) => void) =>
          AsyncResource.bind((message: object) => go({ ...message, bound: probe.who() }));
        const bound = new Promise<object>((go) => worker.once('message', answer(go)));
        worker.postMessage({ tenantId: probe.context.tenant.id });
        return { plain: await plain, ...(await bound) };
      });
      expect(met).toEqual({ plain: 'foo', store: 'none', tenantId: 'bar', bound: 'bar' });
    } finally {
      await worker.terminate();
    }
  });

  it('everything outside of a run is missing, and so is the client', async () => {
    expect(probe.who()).toBe('MT_CONTEXT_MISSING');
    expect(await probe.whose()).toBe('MT_CONTEXT_MISSING');
    await probe.run('foo', async () => {
      const late = once(new EventEmitter(), 'never', { signal: AbortSignal.timeout(1) }).catch(probe.who);
      expect(await late).toBe('foo');
    });
    expect(probe.who()).toBe('MT_CONTEXT_MISSING');
  });
});

const WORKER = `
  const { parentPort } = require('node:worker_threads');
  const { ClsServiceManager } = require('nestjs-cls');
  const store = ClsServiceManager.getClsService().get() === undefined ? 'none' : 'some';
  parentPort.on('message', ({ tenantId }) => parentPort.postMessage({ store, tenantId }));
`;

/** What work gives at the first tick of an interval, behind whatever has started it. */
function nextTickOf<R>(work: () => Promise<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    const interval = setInterval(() => {
      clearInterval(interval);
      work().then(resolve, reject);
    }, 1);
  });
}
