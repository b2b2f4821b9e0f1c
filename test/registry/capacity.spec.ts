import { codeOf, deferred, outcome, settle, setUp, setUpHeld } from './support/harness.js';
import type { Deferred } from './support/harness.js';

describe('R11: number and weight stay within bounds', () => {
  it('frees capacity by evicting the least recently used client that is not in use', async () => {
    const { registry, clock } = setUp({ maxClients: 3 });
    const causes: unknown[] = [];
    registry.on('evicted', ({ tenantId, cause }) => causes.push([tenantId, cause]));
    const held = await registry.acquire('oldest');
    for (const id of ['older', 'newer']) {
      clock.advance(1);
      (await registry.acquire(id)).release();
    }
    registry.get('older');
    (await registry.acquire('next')).release();
    expect(causes).toEqual([['newer', 'capacity']]);
    expect(registry.has('oldest')).toBe(true);
    held.release();
  });

  it('does not evict a pinned client, and does so once it is unpinned while a caller waits', async () => {
    const { registry } = setUp({ maxClients: 1 });
    (await registry.acquire('foo')).release();
    registry.pin('foo');
    const waiting = registry.acquire('bar');
    expect(await outcome(waiting)).toBe('pending');
    registry.unpin('foo');
    expect((await waiting).tenantId).toBe('bar');
  });

  it('counts what is being created: saturation never exceeds the bound, and all are served in order', async () => {
    const { registry, calls, deliver } = setUpHeld({ maxClients: 2 });
    const served: string[] = [];
    const users = ['a', 'b', 'c', 'd', 'e'].map(async (id) => {
      await registry.use(id, () => void served.push(id));
    });
    for (let call = 0; call < 5; call += 1) {
      await settle();
      expect(calls.length - call).toBeLessThanOrEqual(2);
      expect(registry.stats().occupied).toBeLessThanOrEqual(2);
      await deliver(call);
    }
    await Promise.all(users);
    expect(served).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(registry.stats().waiting).toBe(0);
  });

  it('serves callers that wait for capacity when the client that took it is left unused', async () => {
    const { registry, deliver } = setUpHeld({ maxClients: 1, template: {} });
    const created = registry.create('foo');
    await settle();
    const waiting = registry.acquire('bar');
    await deliver(0);
    await created;
    await settle();
    await deliver(1);
    expect((await waiting).tenantId).toBe('bar');
  });

  it('serves callers that wait for capacity when an added client is left unused', async () => {
    const { registry, make } = setUp({ maxClients: 1 });
    const lease = await registry.acquire('one');
    const adding = registry.add('two', make('two'));
    const waiting = registry.acquire('three');
    await settle();
    lease.release();
    await adding;
    expect((await waiting).tenantId).toBe('three');
  });

  it('refuses with MT_REGISTRY_CAPACITY after acquireTimeoutMs, and recovers', async () => {
    const { registry, clock, create } = setUp({ maxClients: 1, acquireTimeoutMs: 100, retryBackoffMs: 1_000 });
    const lease = await registry.acquire('foo');
    const refused = codeOf(registry.acquire('bar'));
    await settle();
    clock.advance(99);
    expect(await outcome(refused)).toBe('pending');
    clock.advance(1);
    expect(await refused).toBe('MT_REGISTRY_CAPACITY');
    expect(create).toHaveBeenCalledTimes(1);
    lease.release();
    expect((await registry.acquire('bar')).tenantId).toBe('bar');
    expect(registry.stats().failures).toBe(0);
  });

  it.each(['create', 'refresh', 'add', 'create over it'] as const)(
    'bounds the wait for capacity of %s too',
    async (how) => {
      const { registry, clock, make } = setUp({ maxClients: 1, acquireTimeoutMs: 100, template: {} });
      const lease = await registry.acquire('foo');
      const waiting = codeOf(
        {
          create: () => registry.create('bar'),
          refresh: () => registry.refresh('foo'),
          add: () => registry.add('bar', make('bar')),
          'create over it': () => registry.create('foo', { onExisting: 'replace' }),
        }[how](),
      );
      await settle();
      clock.advance(100);
      expect(await waiting).toBe('MT_REGISTRY_CAPACITY');
      expect(registry.stats()).toMatchObject({ occupied: 1, waiting: 0, creating: 0 });
      expect(registry.peek('foo')).toBe(lease.client);
      expect(clock.pendingTimers).toBe(0);
    },
  );

  it('leaves a factory that has begun all of its own deadline, also when no caller named a time', async () => {
    const { registry, clock, deliver, made } = setUpHeld({
      acquireTimeoutMs: 100,
      createTimeoutMs: 1_000,
      template: {},
    });
    const creating = registry.create('foo');
    await settle();
    clock.advance(950);
    await deliver(0);
    expect(await creating).toBe(made[0]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets at most maxWaiting wait', async () => {
    const { registry, clock } = setUp({ maxClients: 1, maxWaiting: 2 });
    await registry.acquire('held');
    const waiting = ['a', 'b', 'c'].map((id) => codeOf(registry.acquire(id, { timeoutMs: 10 })));
    await settle();
    expect(registry.stats().waiting).toBe(2);
    expect(await waiting[2]).toBe('MT_REGISTRY_CAPACITY');
    clock.advance(10);
    expect(await Promise.all(waiting)).toEqual(Array(3).fill('MT_REGISTRY_CAPACITY'));
  });

  it('does not call it waiting when an idle client is being closed for the newcomer', async () => {
    const { registry } = setUp({ maxClients: 2, maxWaiting: 0 });
    for (const id of ['a', 'b', 'c', 'd']) (await registry.acquire(id)).release();
    const pair = await Promise.all([registry.acquire('e'), registry.acquire('f')]);
    expect(await codeOf(registry.acquire('g'))).toBe('MT_REGISTRY_CAPACITY');
    expect(pair.map(({ tenantId }) => tenantId)).toEqual(['e', 'f']);
  });

  it('serves the next in line when the first gives up', async () => {
    const { registry, clock } = setUp({ maxClients: 1 });
    const lease = await registry.acquire('held');
    const first = codeOf(registry.acquire('a', { timeoutMs: 10 }));
    const second = registry.acquire('b');
    await settle();
    clock.advance(10);
    expect(await first).toBe('MT_REGISTRY_CAPACITY');
    lease.release();
    expect((await second).tenantId).toBe('b');
  });

  it('bounds the weight, in the order of arrival, without stopping callers that wait for a place', async () => {
    const { registry, make } = setUp({
      maxClients: 3,
      maxWeight: 10,
      weigh: ({ tenantId }) => Number(tenantId.slice(1)),
    });
    const six = await registry.acquire('w6');
    const nine = registry.acquire('w9');
    const two = registry.acquire('w2');
    expect(await outcome(Promise.all([nine, two]))).toBe('pending');
    expect(registry.stats()).toMatchObject({ weight: 6, occupied: 3, waiting: 2 });
    expect(await outcome(registry.add('w1', make('w1')))).toBe('pending');
    six.release();
    expect((await nine).tenantId).toBe('w9');
    expect(await outcome(two)).toBe('pending');
    expect(registry.stats().weight).toBe(9);
    (await nine).release();
    expect((await two).tenantId).toBe('w2');
    expect(registry.stats().weight).toBeLessThanOrEqual(10);
  });

  it("calls a client that can never fit the factory's fault, disposes it, and pauses", async () => {
    const { registry, clients, create } = setUp({ maxWeight: 5, weigh: () => 6 });
    await expect(registry.acquire('foo')).rejects.toMatchObject({
      code: 'MT_CLIENT_CREATE_FAILED',
      cause: expect.objectContaining({ message: 'The client weighs 6, more than maxWeight 5.' }),
    });
    await settle();
    expect(clients[0]?.closed).toBe(1);
    await codeOf(registry.acquire('foo'));
    expect(create).toHaveBeenCalledTimes(1);
    expect(registry.stats()).toMatchObject({ occupied: 0, weight: 0 });
  });

  it.each([
    NaN,
    -1,
    'heavy',
    () => {
      throw new Error('no scale');
    },
  ])('refuses the weight %s', async (weight) => {
    const weigh = (typeof weight === 'function' ? weight : () => weight) as () => number;
    const { registry, clients, make } = setUp({ weigh });
    expect(await codeOf(registry.acquire('foo'))).toBe('MT_CLIENT_CREATE_FAILED');
    await settle();
    expect(clients[0]?.closed).toBe(1);
    await expect(registry.add('bar', make('bar'))).rejects.toThrow();
    expect(registry.stats()).toMatchObject({ occupied: 0, weight: 0, size: 0 });
  });

  it('refuses at once to add what can never fit', async () => {
    const { registry, make } = setUp({ maxWeight: 5, weigh: () => 6 });
    expect(await codeOf(registry.add('foo', make('foo')))).toBe('MT_REGISTRY_CAPACITY');
    expect(registry.stats()).toMatchObject({ occupied: 0, waiting: 0 });
  });
});

describe('R12: a client counts until it is disposed', () => {
  it('never has more clients open than maxClients, however slowly they close', async () => {
    let [open, most] = [0, 0];
    const closings: Deferred<void>[] = [];
    const { registry, make } = setUp({
      maxClients: 3,
      create: (tenantId) => {
        most = Math.max(most, (open += 1));
        return make(tenantId);
      },
      dispose: async () => {
        const closing = deferred();
        closings.push(closing);
        await closing.promise;
        open -= 1;
      },
    });
    const users = Array.from({ length: 30 }, (_, tenant) => registry.use(`t${tenant}`, () => settle()));
    let done = false;
    const all = Promise.all(users).then(() => (done = true));
    while (!done) {
      await settle();
      closings.shift()?.resolve();
    }
    await all;
    expect(most).toBe(3);
  });

  it('waits for a disposal under way in place of evicting another client', async () => {
    const closing = deferred();
    const { registry } = setUp({ maxClients: 2, dispose: () => closing.promise });
    for (const id of ['a', 'b']) (await registry.acquire(id)).release();
    const waiting = registry.acquire('c');
    expect(await outcome(waiting)).toBe('pending');
    expect(registry.stats()).toMatchObject({ size: 1, draining: 1, occupied: 2 });
    closing.resolve();
    expect((await waiting).tenantId).toBe('c');
    expect(registry.has('b')).toBe(true);
  });
});
