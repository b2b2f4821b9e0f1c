import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { TenantClientRegistry } from '@tenantry/core';
import { codeOf, deferred, outcome, settle, setUp, setUpHeld } from './support/harness.js';
import type { TestClient } from './support/harness.js';

describe('R17: a faulty observer affects no other code', () => {
  it('a listener that throws or rejects changes nothing for callers and other listeners', async () => {
    const { registry, make } = setUp();
    const reported: string[] = [];
    for (const name of ['created', 'createFailed', 'evicted', 'disposed', 'disposeFailed'] as const) {
      registry.on(name, () => {
        throw new Error('observer');
      });
      registry.on(name, () => Promise.reject(new Error('observer')));
      registry.on(name, () => reported.push(name));
    }
    (await registry.acquire('foo')).release();
    await registry.add('foo', make('foo'), { onExisting: 'replace' });
    await registry.evict('foo');
    expect(reported).toEqual(['created', 'evicted', 'created', 'disposed', 'evicted', 'disposed']);
  });

  it('a listener that works on the registry finds it between two steps', async () => {
    const { registry, make, clients, clock } = setUp();
    let adding: Promise<boolean> | undefined;
    registry.on('evicted', () => {
      adding ??= registry.add('foo', make('foo'), { onExisting: 'replace' });
    });
    (await registry.acquire('foo')).release();
    await registry.refresh('foo');
    await adding;
    await settle();
    expect(registry.peek('foo')).toBe(clients[2]);
    expect(clients.map(({ closed }) => closed)).toEqual([1, 1, 0]);
    expect(registry.stats()).toMatchObject({ size: 1, occupied: 1 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('a disposer that works on the registry finds it between two steps', async () => {
    const { registry, clients } = setUp({
      dispose: async ({ tenantId, id }) => {
        if (id === 0) await Promise.all([registry.use(tenantId, () => settle()), registry.evict(tenantId)]);
      },
    });
    (await registry.acquire('foo')).release();
    await registry.refresh('foo');
    await registry.use('foo', ({ closed }) => expect(closed).toBe(0));
    expect((await registry.close()).forced).toEqual([]);
    expect(clients.length).toBeGreaterThan(2);
    expect(clients.every(({ closed }) => closed === 1)).toBe(true);
  });

  it('a listener is called until it is removed', async () => {
    const { registry } = setUp();
    const listener = jest.fn();
    const off = registry.on('created', listener);
    (await registry.acquire('foo')).release();
    off();
    off();
    (await registry.acquire('bar')).release();
    expect(listener.mock.calls).toEqual([[{ kind: 'test', tenantId: 'foo', durationMs: 0 }]]);
  });

  it('publishes the same to the diagnostics channels', async () => {
    const reported: unknown[] = [];
    const names = ['created', 'createFailed', 'evicted', 'disposed', 'disposeFailed'];
    const listeners = names.map((name) => {
      const listener = (event: unknown): void => void reported.push([name, event]);
      subscribe(`tenantry:client:${name}`, listener);
      return () => unsubscribe(`tenantry:client:${name}`, listener);
    });
    const error = new Error('no');
    const dispose = (): never => {
      throw error;
    };
    const { registry, make } = setUp({
      dispose,
      create: (tenantId) => (tenantId === 'bad' ? Promise.reject(error) : make(tenantId)),
    });
    (await registry.acquire('foo')).release();
    await registry.evict('foo');
    await codeOf(registry.acquire('bad'));
    await settle();
    listeners.forEach((off) => off());
    const foo = { kind: 'test', tenantId: 'foo', applicationId: undefined };
    expect(reported).toEqual([
      ['created', { ...foo, durationMs: 0 }],
      ['evicted', { ...foo, cause: 'invalidated' }],
      ['disposeFailed', { ...foo, cause: 'invalidated', error }],
      ['disposed', { ...foo, cause: 'invalidated', forced: false }],
      ['createFailed', { ...foo, tenantId: 'bad', error, durationMs: 0 }],
    ]);
  });
});

describe('R18: close', () => {
  it('refuses new work at once, waits for 500 leases, disposes all, and says so', async () => {
    const { registry, clients, clock } = setUp({ template: {} });
    const leases = await Promise.all(Array.from({ length: 500 }, (_, user) => registry.acquire(`t${user % 50}`)));
    const closing = registry.close();
    expect(registry.closed).toBe(true);
    const refused = [
      registry.acquire('t1'),
      registry.use('t1', () => undefined),
      registry.create('t1'),
      registry.createFrom('t1', {}),
      registry.add('t1', { id: 0, tenantId: 't1', closed: 0 }),
      registry.refresh('t1'),
    ];
    expect(await Promise.all(refused.map(codeOf))).toEqual(refused.map(() => 'MT_REGISTRY_CLOSED'));
    expect([registry.get('t1'), registry.tryAcquire('t1'), registry.size]).toEqual([undefined, undefined, 0]);
    expect(clients.every(({ closed }) => closed === 0)).toBe(true);
    for (const lease of leases) lease.release();
    expect(await closing).toEqual({ disposed: 50, forced: [] });
    expect(clients.every(({ closed }) => closed === 1)).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('forces what is still in use at the deadline, also what was draining already, and reports it', async () => {
    const { registry, clients, clock } = setUp();
    await registry.acquire('draining');
    await registry.acquire('held');
    (await registry.acquire('idle')).release();
    void registry.evict('draining');
    const closing = registry.close({ deadlineMs: 100 });
    clock.advance(99);
    await settle();
    expect(clients.map(({ closed }) => closed)).toEqual([0, 0, 1]);
    clock.advance(1);
    const report = await closing;
    expect(report.disposed).toBe(3);
    expect([...report.forced].sort()).toEqual(['draining', 'held']);
    expect(registry.stats()).toMatchObject({ occupied: 0, draining: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('is shared: every call gets the same report', async () => {
    const { registry } = setUp();
    (await registry.acquire('foo')).release();
    const [first, second] = await Promise.all([registry.close(), registry.close({ deadlineMs: 0 })]);
    expect(first).toBe(second);
    expect(await registry.close()).toBe(first);
  });

  it('rejects callers that wait for a client or for capacity', async () => {
    const { registry, make, calls } = setUpHeld({ maxClients: 1 });
    const creating = codeOf(registry.acquire('foo'));
    const waiting = codeOf(registry.acquire('bar'));
    await settle();
    const adding = codeOf(registry.add('baz', make('baz')));
    await settle();
    const closing = registry.close();
    calls[0]?.reject(new Error('aborted'));
    expect(await Promise.all([creating, waiting, adding])).toEqual(Array(3).fill('MT_REGISTRY_CLOSED'));
    expect(await closing).toEqual({ disposed: 0, forced: [] });
  });

  it('waits for a factory that delivers late, and disposes its client', async () => {
    const { registry, deliver, made } = setUpHeld();
    void codeOf(registry.acquire('foo'));
    await settle();
    const closing = registry.close();
    expect(await outcome(closing)).toBe('pending');
    await deliver(0);
    expect(await closing).toEqual({ disposed: 1, forced: [] });
    expect(made[0]?.closed).toBe(1);
  });

  it('waits for a client that comes in the very turn of the closing', async () => {
    const closingClient = deferred();
    const { registry, calls } = setUpHeld({ dispose: () => closingClient.promise });
    const client: TestClient = { id: 1, tenantId: 'foo', closed: 0 };
    const acquiring = codeOf(registry.acquire('foo'));
    await settle();
    calls[0]?.resolve(client);
    for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
    const closing = registry.close();
    expect(await outcome(closing)).toBe('pending');
    expect(client.closed).toBe(1);
    closingClient.resolve();
    expect((await closing).disposed).toBe(1);
    await acquiring;
  });

  it('does not wait indefinitely for a factory or a disposer that hangs', async () => {
    const { registry, clock, make } = setUpHeld({ disposeTimeoutMs: 100, dispose: () => new Promise(() => undefined) });
    await registry.add('foo', make('foo'));
    void codeOf(registry.acquire('bar'));
    await settle();
    const closing = registry.close();
    await settle();
    clock.advance(100);
    expect(await closing).toEqual({ disposed: 1, forced: [] });
    expect(registry.stats().occupied).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('disposes at once what needs no waiting when the deadline is 0', async () => {
    const { registry, clock, clients } = setUp();
    await registry.acquire('held');
    const closing = registry.close({ deadlineMs: 0 });
    clock.advance(0);
    expect(await closing).toEqual({ disposed: 1, forced: ['held'] });
    expect(clients[0]?.closed).toBe(1);
  });

  it('refuses work that an aborted factory tries from its signal', async () => {
    const { registry, calls } = setUpHeld();
    void codeOf(registry.acquire('foo'));
    await settle();
    let late: Promise<unknown> | undefined;
    calls[0]?.signal.addEventListener('abort', () => {
      late = codeOf(registry.acquire('bar'));
    });
    void registry.close();
    expect(await late).toBe('MT_REGISTRY_CLOSED');
    calls[0]?.reject(new Error('aborted'));
  });

  it('lets a closed registry be cleaned, evicted and asked without harm', async () => {
    const { registry } = setUp();
    await registry.close();
    expect(await registry.cleanUp(0)).toEqual([]);
    expect(await registry.evict('foo')).toBe(false);
    expect([registry.pin('foo'), registry.unpin('foo'), registry.has('foo')]).toEqual([false, false, false]);
    expect([...registry.entries()]).toEqual([]);
  });
});

describe('the example of the documentation', () => {
  it('works with using', async () => {
    const registry = new TenantClientRegistry({ name: 'db', create: (tenantId) => ({ tenantId }) });
    {
      using lease = await registry.acquire('foo');
      expect(lease.client).toEqual({ tenantId: 'foo' });
      expect(registry.stats().leases).toBe(1);
    }
    expect(registry.stats().leases).toBe(0);
    await registry.close();
  });
});
