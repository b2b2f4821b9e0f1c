import { codeOf, deferred, outcome, settle, setUp, setUpHeld } from './support/harness.js';
import type { TestClient } from './support/harness.js';

type Setting = ReturnType<typeof setUp>;

describe('R6: a leased client is never disposed before its time', () => {
  const causes: [string, (setting: Setting) => Promise<unknown>][] = [
    ['evict', ({ registry }) => registry.evict('foo')],
    ['add over it', ({ registry, make }) => registry.add('foo', make('foo'), { onExisting: 'replace' })],
    ['create over it', ({ registry }) => registry.create('foo', { onExisting: 'replace' })],
    ['refresh', ({ registry }) => registry.refresh('foo')],
    ['a failing check', ({ registry }) => registry.cleanUp(Infinity)],
    ['close', ({ registry }) => registry.close()],
  ];

  it.each(causes)('%s waits for 500 leases', async (_name, cause) => {
    const setting = setUp({ template: {}, check: () => false });
    const { registry, clients } = setting;
    const leases = await Promise.all(Array.from({ length: 500 }, () => registry.acquire('foo')));
    const caused = cause(setting);
    await settle();
    expect(registry.peek('foo')).not.toBe(clients[0]);
    for (const lease of leases.slice(1)) lease.release();
    await settle();
    expect(clients[0]?.closed).toBe(0);
    leases[0]?.release();
    await caused;
    await settle();
    expect(clients[0]?.closed).toBe(1);
  });

  it.each(['lack of capacity', 'sweep of everything'])('%s passes it by', async (cause) => {
    const { registry, clients, clock } = setUp({ maxClients: 1 });
    const lease = await registry.acquire('foo');
    clock.advance(1e9);
    const other =
      cause === 'lack of capacity' ? codeOf(registry.acquire('bar', { timeoutMs: 10 })) : registry.cleanUp(0);
    await settle();
    clock.advance(10);
    expect(await other).toEqual(cause === 'lack of capacity' ? 'MT_REGISTRY_CAPACITY' : []);
    expect(clients[0]?.closed).toBe(0);
    expect(registry.peek('foo')).toBe(lease.client);
  });

  it('is disposed at the drain deadline, which is reported as forced', async () => {
    const { registry, clients, clock } = setUp({ drainTimeoutMs: 100 });
    const reported: unknown[] = [];
    registry.on('disposed', (event) => reported.push(event));
    const lease = await registry.acquire('foo');
    const evicting = registry.evict('foo');
    clock.advance(99);
    await settle();
    expect(clients[0]?.closed).toBe(0);
    clock.advance(1);
    expect(await evicting).toBe(true);
    expect(reported).toEqual([{ kind: 'test', tenantId: 'foo', cause: 'invalidated', forced: true }]);
    lease.release();
    await settle();
    expect(clients[0]?.closed).toBe(1);
    expect(registry.stats()).toMatchObject({ leases: 0, occupied: 0, draining: 0 });
  });

  it('reports a disposal in time as not forced, and leaves no timer', async () => {
    const { registry, clock } = setUp();
    const reported: unknown[] = [];
    registry.on('disposed', ({ forced, cause }) => reported.push({ forced, cause }));
    const lease = await registry.acquire('foo');
    const evicting = registry.evict('foo');
    lease.release();
    await evicting;
    expect(reported).toEqual([{ forced: false, cause: 'invalidated' }]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('R7: one current client per tenant', () => {
  it('leases the present one until its successor is there, then the successor, without a failure', async () => {
    const { registry, deliver, made } = setUpHeld();
    const first = registry.acquire('foo');
    await settle();
    await deliver(0);
    const refreshing = registry.refresh('foo');
    await settle();
    const during = await registry.acquire('foo');
    expect(during.client).toBe(made[0]);
    await deliver(1);
    await refreshing;
    const after = await registry.acquire('foo');
    expect(after.client).toBe(made[1]);
    expect(registry.size).toBe(1);
    expect(registry.stats().draining).toBe(1);
    (await first).release();
    expect(made[0]?.closed).toBe(0);
    during.release();
    await settle();
    expect(made.map(({ closed }) => closed)).toEqual([1, 0]);
  });

  it('takes one creation for many refreshes at a time', async () => {
    const { registry, deliver, create } = setUpHeld();
    const first = registry.acquire('foo');
    await settle();
    await deliver(0);
    (await first).release();
    const refreshes = Array.from({ length: 100 }, () => registry.refresh('foo'));
    await settle();
    await deliver(1);
    await Promise.all(refreshes);
    expect(create).toHaveBeenCalledTimes(2);
  });

  it('carries the pin over to the successor, also one set meanwhile', async () => {
    const { registry, deliver, clock } = setUpHeld();
    const first = registry.acquire('foo');
    await settle();
    await deliver(0);
    (await first).release();
    const refreshing = registry.refresh('foo');
    await settle();
    registry.pin('foo');
    await deliver(1);
    await refreshing;
    clock.advance(1e9);
    expect(await registry.cleanUp(0)).toEqual([]);
    registry.unpin('foo');
    expect(await registry.cleanUp(0)).toHaveLength(1);
  });

  it('puts a created client in place of a running creation with onExisting: replace', async () => {
    const { registry, deliver, made } = setUpHeld({ template: {} });
    const first = registry.acquire('foo');
    await settle();
    const replacing = registry.createFrom('foo', { mine: true }, { onExisting: 'replace' });
    await deliver(0);
    await deliver(1);
    expect(await replacing).toBe(made[1]);
    expect((await first).client).toBe(made[0]);
    expect(registry.peek('foo')).toBe(made[1]);
  });

  it('replaces also when the running creation fails', async () => {
    const { registry, deliver, calls, made } = setUpHeld({ template: {}, retryBackoffMs: 0 });
    const first = codeOf(registry.acquire('foo'));
    await settle();
    const replacing = registry.create('foo', { onExisting: 'replace' });
    calls[0]?.reject(new Error('down'));
    expect(await first).toBe('MT_CLIENT_CREATE_FAILED');
    await settle();
    await deliver(1);
    expect(await replacing).toBe(made[0]);
  });

  it('gives callers that wait for a creation the client that was added meanwhile', async () => {
    const { registry } = setUpHeld();
    const waiting = registry.acquire('foo');
    await settle();
    const adopted: TestClient = { id: 5, tenantId: 'foo', closed: 0 };
    await registry.add('foo', adopted, { onExisting: 'replace' });
    expect((await waiting).client).toBe(adopted);
    expect(registry.stats().leases).toBe(1);
  });
});

describe('R8: every client is disposed exactly once', () => {
  const disposers: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['hangs', () => new Promise(() => undefined)],
    ['is a foreign thenable', () => ({ then: (done: () => void) => done() })],
  ];

  it.each(disposers)('when the disposer %s', async (name, dispose) => {
    const { registry, clients, clock } = setUp({ dispose, disposeTimeoutMs: 100 });
    const reported: string[] = [];
    registry.on('disposeFailed', ({ error }) => reported.push((error as Error).message));
    registry.on('disposed', () => reported.push('disposed'));
    (await registry.acquire('foo')).release();
    const evictions = [registry.evict('foo'), registry.evict('foo'), registry.cleanUp(0), registry.close()];
    await settle();
    clock.advance(100);
    await Promise.all(evictions);
    expect(clients[0]?.closed).toBe(1);
    expect(registry.stats()).toMatchObject({ occupied: 0, draining: 0 });
    expect(clock.pendingTimers).toBe(0);
    const messages: Record<string, string[]> = {
      throws: ['no', 'disposed'],
      rejects: ['no', 'disposed'],
      hangs: ['The disposer did not settle in time.', 'disposed'],
    };
    expect(reported).toEqual(messages[name] ?? ['disposed']);
  });

  it('when a factory evicts its own tenant as it is aborted by an eviction', async () => {
    const { registry, calls, deliver, made, clock } = setUpHeld();
    const acquiring = registry.use('foo', () => undefined);
    await settle();
    await deliver(0);
    await acquiring;
    const refreshing = codeOf(registry.refresh('foo'));
    await settle();
    calls[1]?.signal.addEventListener('abort', () => void registry.evict('foo'));
    const evicting = registry.evict('foo');
    calls[1]?.reject(new Error('aborted'));
    expect(await evicting).toBe(true);
    await refreshing;
    expect(made.map(({ closed }) => closed)).toEqual([1]);
    expect(registry.stats()).toMatchObject({ occupied: 0, draining: 0, evictions: { invalidated: 1 } });
    expect(clock.pendingTimers).toBe(0);
  });

  it('and reported in order, when a factory evicts the client that took its place', async () => {
    const { registry, calls, make } = setUpHeld();
    const reported: string[] = [];
    for (const name of ['created', 'evicted', 'disposed'] as const) registry.on(name, () => reported.push(name));
    const acquiring = registry.acquire('foo');
    await settle();
    calls[0]?.signal.addEventListener('abort', () => void registry.evict('foo'));
    const client = make('foo');
    await registry.add('foo', client, { onExisting: 'replace' });
    (await acquiring).release();
    calls[0]?.reject(new Error('aborted'));
    await settle();
    expect(reported).toEqual(['created', 'evicted', 'disposed']);
    expect(client.closed).toBe(1);
  });

  it('when the last lease comes back in the turn of the drain deadline', async () => {
    const { registry, clients, clock } = setUp({ drainTimeoutMs: 100 });
    const lease = await registry.acquire('foo');
    const evicting = registry.evict('foo');
    clock.advance(100);
    lease.release();
    await evicting;
    expect(clients[0]?.closed).toBe(1);
  });

  it('with the disposer of its own when it was added with one', async () => {
    const { registry, make, dispose } = setUp();
    const own = jest.fn();
    const client = make('foo');
    await registry.add('foo', client, { dispose: own });
    await registry.evict('foo');
    expect(own).toHaveBeenCalledWith(client, { tenantId: 'foo', cause: 'invalidated' });
    expect(own).toHaveBeenCalledTimes(1);
    expect(dispose).not.toHaveBeenCalled();
  });

  it('not at all when it was refused', async () => {
    const { registry, make } = setUp({ maxClients: 1, maxWaiting: 0 });
    const lease = await registry.acquire('foo');
    const [again, kept, full] = [make('foo'), make('foo'), make('bar')];
    expect(await codeOf(registry.add('foo', again))).toBe('MT_CLIENT_EXISTS');
    expect(await registry.add('foo', kept, { onExisting: 'keep' })).toBe(false);
    expect(await codeOf(registry.add('bar', full))).toBe('MT_REGISTRY_CAPACITY');
    lease.release();
    await registry.close();
    expect([again, kept, full].map(({ closed }) => closed)).toEqual([0, 0, 0]);
  });

  it('keeps what is there when it is added again', async () => {
    const { registry, make } = setUp();
    const client = make('foo');
    expect(await registry.add('foo', client)).toBe(true);
    expect(await registry.add('foo', client, { onExisting: 'replace' })).toBe(false);
    expect(client.closed).toBe(0);
    expect(registry.get('foo')).toBe(client);
  });

  it('decides again about what came while an add waited for capacity', async () => {
    const { registry, make } = setUp({ maxClients: 2 });
    const leases = [await registry.acquire('one'), await registry.acquire('two')];
    const kept = registry.add('foo', make('foo'), { onExisting: 'keep' });
    const refused = codeOf(registry.add('foo', make('foo')));
    await settle();
    expect(registry.stats().waiting).toBe(2);
    for (const lease of leases) lease.release();
    expect(await kept).toBe(true);
    expect(await refused).toBe('MT_CLIENT_EXISTS');
    await settle();
    expect(registry.stats()).toMatchObject({ size: 1, occupied: 1 });
  });
});

describe('R9: release is idempotent', () => {
  it('in any order, twice, and after close', async () => {
    const { registry, clients, clock } = setUp({ drainTimeoutMs: 50 });
    const leases = await Promise.all(Array.from({ length: 4 }, () => registry.acquire('foo')));
    leases[2]?.release();
    leases[2]?.release();
    expect(registry.stats().leases).toBe(3);
    const closing = registry.close();
    leases[0]?.release();
    leases[0]?.[Symbol.dispose]();
    await settle();
    expect(clients[0]?.closed).toBe(0);
    clock.advance(50);
    expect(await closing).toEqual({ disposed: 1, forced: ['foo'] });
    for (const lease of leases) lease.release();
    for (const lease of leases) lease.release();
    expect(registry.stats().leases).toBe(0);
    expect(clients[0]?.closed).toBe(1);
  });

  it('a second release does not take away the lease of another', async () => {
    const { registry, clients } = setUp();
    const [mine, others] = [await registry.acquire('foo'), await registry.acquire('foo')];
    mine.release();
    mine.release();
    const evicting = outcome(registry.evict('foo'));
    expect(await evicting).toBe('pending');
    expect(clients[0]?.closed).toBe(0);
    others.release();
    await settle();
    expect(clients[0]?.closed).toBe(1);
  });

  it('use() gives the client back also when the work throws', async () => {
    const { registry } = setUp();
    expect(await registry.use('foo', ({ tenantId }) => tenantId)).toBe('foo');
    const throwing = registry.use('foo', () => {
      throw new Error('work');
    });
    await expect(throwing).rejects.toThrow('work');
    expect(registry.stats()).toMatchObject({ leases: 0, hits: 1, misses: 1 });
  });
});

describe('R15: a late event of an old client cannot alter its successor', () => {
  it('the last lease of an evicted client leaves the new one alone', async () => {
    const { registry, clients } = setUp();
    const old = await registry.acquire('foo');
    void registry.evict('foo');
    const fresh = await registry.acquire('foo');
    old.release();
    await settle();
    expect(clients.map(({ closed }) => closed)).toEqual([1, 0]);
    expect(registry.peek('foo')).toBe(fresh.client);
    expect(registry.stats()).toMatchObject({ leases: 1, size: 1 });
  });

  it('the drain deadline of an evicted client leaves the new one alone', async () => {
    const { registry, clients, clock } = setUp({ drainTimeoutMs: 100 });
    await registry.acquire('foo');
    void registry.evict('foo');
    await registry.acquire('foo');
    clock.advance(100);
    await settle();
    expect(clients.map(({ closed }) => closed)).toEqual([1, 0]);
    expect(registry.has('foo')).toBe(true);
  });

  it('a check that fails late leaves the client that took the place alone', async () => {
    const answer = deferred<boolean>();
    const { registry, clients } = setUp({ check: () => answer.promise });
    (await registry.acquire('foo')).release();
    const sweeping = registry.cleanUp();
    await settle();
    await registry.refresh('foo');
    answer.resolve(false);
    expect(await sweeping).toEqual([]);
    expect(registry.peek('foo')).toBe(clients[1]);
    expect(clients[1]?.closed).toBe(0);
  });

  it('a factory that fails late leaves the creation that took its place alone', async () => {
    const { registry, clock, calls, deliver, made } = setUpHeld({ disposeTimeoutMs: 100 });
    const first = codeOf(registry.acquire('foo', { timeoutMs: 10 }));
    await settle();
    clock.advance(10);
    await first;
    const second = registry.acquire('foo');
    clock.advance(100);
    await settle();
    calls[0]?.reject(new Error('late'));
    await settle();
    expect(calls[1]?.signal.aborted).toBe(false);
    await deliver(1);
    expect((await second).client).toBe(made[0]);
  });

  it('a waiter of an aborted creation that gives up late leaves the next creation alone', async () => {
    const { registry, calls } = setUpHeld({ disposeTimeoutMs: 1 });
    const abort = new AbortController();
    const first = codeOf(registry.acquire('foo', { signal: abort.signal }));
    await settle();
    calls[0]?.signal.addEventListener('abort', () => abort.abort());
    calls[0]?.reject(new Error('down'));
    await registry.evict('foo');
    const second = outcome(registry.acquire('foo'));
    expect(await first).toBe('MT_CLIENT_CREATE_FAILED');
    abort.abort();
    expect(await second).toBe('pending');
    expect(calls[1]?.signal.aborted).toBe(false);
  });
});
