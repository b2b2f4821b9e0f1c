import { codeOf, deferred, outcome, settle, setUp, setUpHeld } from './support/harness.js';

describe('R10: idle means not in use for longer than idleTimeoutMs', () => {
  it('evicts what is idle for longer, not what is idle for exactly as long', async () => {
    const { registry, clients, clock } = setUp({ idleTimeoutMs: 100 });
    (await registry.acquire('foo')).release();
    clock.advance(100);
    expect(await registry.cleanUp()).toEqual([]);
    clock.advance(1);
    expect(await registry.cleanUp()).toEqual([{ tenantId: 'foo', cause: 'idle', idleMs: 101 }]);
    expect(clients[0]?.closed).toBe(1);
    expect(registry.stats().evictions.idle).toBe(1);
  });

  it.each(['get', 'getOrThrow', 'tryAcquire', 'acquire', 'create to keep', 'unpin'] as const)(
    '%s counts as use',
    async (use) => {
      const { registry, clock } = setUp({ idleTimeoutMs: 100, template: {} });
      (await registry.acquire('foo')).release();
      (await registry.acquire('other')).release();
      if (use === 'unpin') registry.pin('foo');
      clock.advance(60);
      if (use === 'get' || use === 'getOrThrow') registry[use]('foo');
      if (use === 'tryAcquire') registry.tryAcquire('foo')?.release();
      if (use === 'acquire') (await registry.acquire('foo')).release();
      if (use === 'create to keep') await registry.create('foo', { onExisting: 'keep' });
      if (use === 'unpin') registry.unpin('foo');
      clock.advance(60);
      expect((await registry.cleanUp()).map(({ tenantId }) => tenantId)).toEqual(['other']);
    },
  );

  it('release counts as use', async () => {
    const { registry, clock } = setUp({ idleTimeoutMs: 100 });
    const lease = await registry.acquire('foo');
    clock.advance(1_000);
    lease.release();
    clock.advance(100);
    expect(await registry.cleanUp()).toEqual([]);
  });

  it('peek, has, entries, size and stats do not count as use', async () => {
    const { registry, clock } = setUp({ idleTimeoutMs: 100 });
    (await registry.acquire('foo')).release();
    clock.advance(101);
    expect(registry.peek('foo')).toBeDefined();
    expect(registry.has('foo')).toBe(true);
    expect([...registry.entries()]).toEqual([
      { tenantId: 'foo', state: 'ready', leases: 0, pinned: false, idleMs: 101, ageMs: 101, weight: 1 },
    ]);
    expect([registry.size, registry.stats().size]).toEqual([1, 1]);
    expect(await registry.cleanUp()).toHaveLength(1);
  });

  it('never evicts a pinned client for being idle; unpinned, it ages again', async () => {
    const { registry, clock } = setUp({ idleTimeoutMs: 100 });
    (await registry.acquire('foo')).release();
    expect([registry.pin('foo'), registry.pin('foo'), registry.pin('bar')]).toEqual([true, true, false]);
    clock.advance(1_000);
    expect(await registry.cleanUp(0)).toEqual([]);
    expect(registry.unpin('foo')).toBe(true);
    expect(registry.unpin('foo')).toBe(true);
    clock.advance(101);
    expect(await registry.cleanUp()).toHaveLength(1);
  });

  it('does not read the wall clock', async () => {
    const { registry } = setUp({ idleTimeoutMs: 100 });
    (await registry.acquire('foo')).release();
    const wall = jest.spyOn(Date, 'now');
    for (const hours of [-1, 1, 1_000]) {
      wall.mockReturnValue(Date.now() + hours * 3_600_000);
      expect(await registry.cleanUp()).toEqual([]);
    }
    wall.mockRestore();
    expect(registry.has('foo')).toBe(true);
  });

  it('with an idle time of Infinity nothing is idle, with 0 everything that is not in use', async () => {
    const { registry, clock } = setUp({ idleTimeoutMs: Infinity });
    const lease = await registry.acquire('held');
    (await registry.acquire('foo')).release();
    clock.advance(1e12);
    expect(await registry.cleanUp()).toEqual([]);
    expect((await registry.cleanUp(0)).map(({ tenantId }) => tenantId)).toEqual(['foo']);
    lease.release();
  });
});

describe('R13: a sweep costs what it evicts', () => {
  it('evicts the idle ones in the order of use and stops at the first that is not', async () => {
    const { registry, clock } = setUp({ idleTimeoutMs: 100 });
    for (const id of ['a', 'b', 'c', 'd']) {
      (await registry.acquire(id)).release();
      clock.advance(50);
    }
    registry.get('a');
    expect((await registry.cleanUp()).map(({ tenantId }) => tenantId)).toEqual(['b']);
    expect([...registry.entries()].map(({ tenantId }) => tenantId)).toEqual(['a', 'c', 'd']);
  });

  it('starts no second sweep beside itself', async () => {
    const closing = deferred();
    const { registry, clock } = setUp({ dispose: () => closing.promise });
    (await registry.acquire('foo')).release();
    const first = registry.cleanUp(0);
    await settle();
    (await registry.acquire('bar')).release();
    const second = registry.cleanUp(0);
    expect(await outcome(second)).toBe('pending');
    expect(registry.has('bar')).toBe(true);
    closing.resolve();
    expect((await first).map(({ tenantId }) => tenantId)).toEqual(['foo']);
    expect((await second).map(({ tenantId }) => tenantId)).toEqual(['bar']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets other work run while it evicts many', async () => {
    const { registry } = setUp({ maxClients: 1_000 });
    for (let tenant = 0; tenant < 1_000; tenant += 1) (await registry.acquire(`t${tenant}`)).release();
    const sizes: number[] = [];
    let running = true;
    const sweeping = registry.cleanUp(0).finally(() => (running = false));
    while (running) {
      sizes.push(registry.size);
      await settle();
    }
    expect(await sweeping).toHaveLength(1_000);
    const evicted = sizes.slice(1).map((size, index) => (sizes[index] as number) - size);
    expect(Math.max(...evicted)).toBeLessThanOrEqual(8);
    expect(Math.max(...evicted)).toBeGreaterThan(1);
    expect(sizes.length).toBeGreaterThan(100);
  });
});

describe('R20: a lifetime is jittered, and renewal is a refresh', () => {
  it('leases the old client until its successor is there', async () => {
    const { registry, clock, deliver, made, create } = setUpHeld({ maxLifetimeMs: 1_000 });
    const first = registry.acquire('foo');
    await settle();
    await deliver(0);
    (await first).release();
    clock.advance(999);
    (await registry.acquire('foo')).release();
    expect(create).toHaveBeenCalledTimes(1);
    clock.advance(1);
    for (let use = 0; use < 3; use += 1) (await registry.acquire('foo')).release();
    await settle();
    expect(create).toHaveBeenCalledTimes(2);
    expect(registry.peek('foo')).toBe(made[0]);
    await deliver(1);
    expect(registry.peek('foo')).toBe(made[1]);
    expect(made.map(({ closed }) => closed)).toEqual([1, 0]);
    expect(registry.stats().evictions.rotated).toBe(1);
  });

  it('is noticed by get too', async () => {
    const { registry, clock, clients } = setUp({ maxLifetimeMs: 1_000 });
    (await registry.acquire('foo')).release();
    clock.advance(1_000);
    expect(registry.get('foo')).toBe(clients[0]);
    await settle();
    expect(registry.get('foo')).toBe(clients[1]);
  });

  it('keeps the old client while the successor cannot be made', async () => {
    let down = false;
    const { registry, clock, make } = setUp({
      maxLifetimeMs: 1_000,
      create: (tenantId) => (down ? Promise.reject(new Error('down')) : make(tenantId)),
    });
    (await registry.acquire('foo')).release();
    down = true;
    clock.advance(1_000);
    for (let use = 0; use < 3; use += 1) (await registry.acquire('foo')).release();
    await settle();
    expect(registry.stats()).toMatchObject({ size: 1, failures: 1 });
  });

  it('spreads over the last tenth the renewal of clients that were made together', async () => {
    const jitters = [0, 0.5, 0.999];
    const { registry, clock, create } = setUp({ maxLifetimeMs: 1_000, random: () => jitters.shift() ?? 0 });
    for (const id of ['a', 'b', 'c']) (await registry.acquire(id)).release();
    const renewed: number[] = [];
    for (const ms of [899, 2, 50, 49]) {
      clock.advance(ms);
      for (const id of ['a', 'b', 'c']) registry.get(id);
      await settle();
      renewed.push(create.mock.calls.length - 3);
    }
    expect(renewed).toEqual([0, 1, 2, 3]);
  });

  it('builds the successor from the options that its predecessor had', async () => {
    const seen: unknown[] = [];
    const { registry, make } = setUp({
      template: { from: 'template' },
      create: (tenantId, { options }) => {
        seen.push(options);
        return make(tenantId);
      },
    });
    const options = { from: 'caller', nested: { list: [1] } };
    await registry.createFrom('foo', options);
    options.nested.list.push(2);
    await registry.refresh('foo');
    await registry.create('bar');
    await registry.add('baz', make('baz'));
    await registry.refresh('baz');
    const callers = { from: 'caller', nested: { list: [1] } };
    expect(seen).toEqual([callers, callers, { from: 'template' }, { from: 'template' }]);
    expect(seen[0]).not.toBe(seen[1]);
  });
});

describe('R21: a client that fails its check is evicted', () => {
  it.each([
    ['answers false', () => false],
    ['answers false later', () => Promise.resolve(false)],
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ] as [string, () => unknown][])('when its check %s', async (_name, check) => {
    const { registry, clients } = setUp({ check });
    (await registry.acquire('foo')).release();
    expect(await registry.cleanUp()).toEqual([{ tenantId: 'foo', cause: 'unhealthy', idleMs: 0 }]);
    (await registry.acquire('foo')).release();
    expect(clients.map(({ closed }) => closed)).toEqual([1, 0]);
    expect(registry.stats().evictions.unhealthy).toBe(1);
  });

  it('when its check does not answer within createTimeoutMs', async () => {
    const { registry, clock } = setUp({ createTimeoutMs: 100, check: () => new Promise(() => undefined) });
    (await registry.acquire('foo')).release();
    const sweeping = registry.cleanUp();
    await settle();
    clock.advance(100);
    expect(await sweeping).toHaveLength(1);
  });

  it.each([true, undefined, 0, null])('but not when it answers %s', async (answer) => {
    const { registry, clock } = setUp({ check: () => answer });
    (await registry.acquire('foo')).release();
    expect(await registry.cleanUp()).toEqual([]);
    expect(registry.has('foo')).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('checks each client, also pinned and leased ones, a few at a time', async () => {
    let [running, most] = [0, 0];
    const check = jest.fn(async () => {
      most = Math.max(most, (running += 1));
      await settle();
      running -= 1;
    });
    const { registry } = setUp({ check });
    for (let tenant = 0; tenant < 30; tenant += 1) await registry.acquire(`t${tenant}`);
    registry.pin('t1');
    await registry.cleanUp();
    expect(check).toHaveBeenCalledTimes(30);
    expect(most).toBe(8);
  });

  it('does not ask about what is gone by then', async () => {
    const answers = Array.from({ length: 8 }, () => deferred<boolean>());
    let asked = 0;
    const check = jest.fn(() => answers[asked++]?.promise);
    const { registry } = setUp({ check });
    for (let tenant = 0; tenant < 20; tenant += 1) (await registry.acquire(`t${tenant}`)).release();
    const sweeping = registry.cleanUp();
    await settle();
    const closing = registry.close();
    for (const answer of answers) answer.resolve(false);
    expect(await sweeping).toEqual([]);
    expect((await closing).disposed).toBe(20);
    expect(check).toHaveBeenCalledTimes(8);
  });

  it('a failing refresh of an unhealthy client does not bring it back', async () => {
    const { registry } = setUp({ check: () => false });
    (await registry.acquire('foo')).release();
    await registry.cleanUp();
    expect(await codeOf(registry.refresh('foo'))).toBe('MT_CLIENT_NOT_FOUND');
  });
});
