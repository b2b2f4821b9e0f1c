import { TenantClientRegistry } from '@tenantry/core';
import { codeOf, deferred, outcome, settle, setUp, setUpHeld } from './support/harness.js';
import type { TestClient } from './support/harness.js';

describe('R1: at most one creation runs per tenant', () => {
  it('makes one client for 1,000 concurrent users', async () => {
    const { registry, create, deliver, made } = setUpHeld();
    const all = Promise.all(Array.from({ length: 1_000 }, () => registry.acquire('foo')));
    await settle();
    await deliver(0);
    const leases = await all;
    expect(create).toHaveBeenCalledTimes(1);
    expect(new Set(leases.map(({ client }) => client))).toEqual(new Set(made));
    expect(registry.stats()).toMatchObject({ leases: 1_000, size: 1 });
  });

  it('gives 1,000 concurrent users one failure', async () => {
    const { registry, create, calls } = setUpHeld();
    const all = Promise.allSettled(Array.from({ length: 1_000 }, () => registry.acquire('foo')));
    await settle();
    calls[0]?.reject(new Error('down'));
    const reasons = new Set((await all).map((result) => (result as PromiseRejectedResult).reason as unknown));
    expect(create).toHaveBeenCalledTimes(1);
    expect(reasons.size).toBe(1);
  });

  it('shares one creation among acquire, create and refresh', async () => {
    const { registry, create, deliver } = setUpHeld({ template: {} });
    const first = registry.acquire('foo');
    await settle();
    const kept = registry.create('foo', { onExisting: 'keep' });
    await deliver(0);
    expect(await kept).toBe((await first).client);
    const refreshes = [registry.refresh('foo'), registry.refresh('foo')];
    await settle();
    await deliver(1);
    await Promise.all(refreshes);
    expect(create).toHaveBeenCalledTimes(2);
  });

  it('does not call the factory again while one that was given up still runs', async () => {
    const { registry, create, calls, clock } = setUpHeld({ retryBackoffMs: 0 });
    const first = registry.acquire('foo', { timeoutMs: 10 });
    await settle();
    clock.advance(10);
    expect(await codeOf(first)).toBe('MT_CLIENT_CREATE_TIMEOUT');
    const second = registry.acquire('foo');
    await settle();
    expect(create).toHaveBeenCalledTimes(1);
    calls[0]?.reject(new Error('aborted'));
    await settle();
    expect(create).toHaveBeenCalledTimes(2);
    registry.close().catch(() => undefined);
    expect(await codeOf(second)).toBe('MT_REGISTRY_CLOSED');
  });

  it('does not call the factory twice when an eviction and an acquire come in one turn', async () => {
    const { registry, create, calls } = setUpHeld();
    const first = codeOf(registry.acquire('foo'));
    await settle();
    void registry.evict('foo');
    const second = outcome(registry.acquire('foo'));
    expect(await first).toBe('MT_CLIENT_CREATE_FAILED');
    expect(await second).toBe('pending');
    expect(create).toHaveBeenCalledTimes(1);
    expect(calls[0]?.signal.aborted).toBe(true);
  });

  it.each(Array.from({ length: 10 }, (_, turns) => turns))(
    'runs one factory at a time when a creation is evicted %d turns after it began and wanted again at once',
    async (turns) => {
      const { registry, create } = setUpHeld();
      void codeOf(registry.acquire('foo'));
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      void registry.evict('foo');
      void codeOf(registry.acquire('foo'));
      await settle();
      expect(create).toHaveBeenCalledTimes(1);
    },
  );

  it('calls a factory that ignores its signal again once its grace is over', async () => {
    const { registry, create, clock, deliver, made } = setUpHeld({ disposeTimeoutMs: 100, retryBackoffMs: 0 });
    const first = codeOf(registry.acquire('foo', { timeoutMs: 10 }));
    await settle();
    clock.advance(10);
    expect(await first).toBe('MT_CLIENT_CREATE_TIMEOUT');
    const second = registry.acquire('foo');
    clock.advance(100);
    await settle();
    expect(create).toHaveBeenCalledTimes(2);
    await deliver(1);
    expect((await second).client).toBe(made[0]);
    await deliver(0);
    expect(made.map(({ closed }) => closed)).toEqual([0, 1]);
    expect(registry.stats()).toMatchObject({ size: 1, occupied: 1 });
  });
});

describe('R2: a slow or failing creation delays no other tenant', () => {
  it('leases a hot client and makes others while one hangs', async () => {
    const { registry, calls, deliver } = setUpHeld();
    const hot = registry.acquire('hot');
    await settle();
    await deliver(0);
    (await hot).release();
    void codeOf(registry.acquire('slow'));
    await settle();
    expect(calls.map(({ tenantId }) => tenantId)).toEqual(['hot', 'slow']);
    expect(registry.get('hot')).toBeDefined();
    expect(registry.tryAcquire('hot')?.client.tenantId).toBe('hot');
    const other = registry.acquire('other');
    await settle();
    await deliver(2);
    expect((await other).client.tenantId).toBe('other');
  });
});

describe('R3: a failure never sticks', () => {
  const failing = (): ReturnType<typeof setUp> => {
    return setUp({ retryBackoffMs: 100, create: () => Promise.reject(new Error('down')) });
  };

  it('rejects all waiting callers with the cause and publishes nothing', async () => {
    const { registry } = failing();
    await expect(registry.acquire('foo')).rejects.toMatchObject({
      code: 'MT_CLIENT_CREATE_FAILED',
      tenantId: 'foo',
      retryAfterMs: 100,
      cause: expect.objectContaining({ message: 'down' }),
    });
    expect(registry.has('foo')).toBe(false);
    expect(registry.stats()).toMatchObject({ size: 0, occupied: 0, failures: 1, creating: 0 });
  });

  it('refuses at once within the backoff, with the time that is left', async () => {
    const { registry, clock, create } = failing();
    await codeOf(registry.acquire('foo'));
    clock.advance(40);
    await expect(registry.acquire('foo')).rejects.toMatchObject({ code: 'MT_CLIENT_CREATE_FAILED', retryAfterMs: 60 });
    expect(create).toHaveBeenCalledTimes(1);
    await codeOf(registry.acquire('bar'));
    expect(create).toHaveBeenCalledTimes(2);
  });

  it('doubles the pause from failure to failure, up to 15 s', async () => {
    const { registry, clock, create } = failing();
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const { retryAfterMs } = (await registry.acquire('foo').catch((error: unknown) => error)) as {
        retryAfterMs: number;
      };
      pauses.push(retryAfterMs);
      clock.advance(retryAfterMs - 1);
      await codeOf(registry.acquire('foo'));
      clock.advance(1);
    }
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000]);
    expect(create).toHaveBeenCalledTimes(10);
  });

  it('starts again after a success', async () => {
    let down = true;
    const { registry, clock, make } = setUp({
      retryBackoffMs: 100,
      create: (tenantId) => (down ? Promise.reject(new Error('down')) : make(tenantId)),
    });
    await codeOf(registry.acquire('foo'));
    clock.advance(100);
    down = false;
    (await registry.acquire('foo')).release();
    await registry.evict('foo');
    down = true;
    await expect(registry.acquire('foo')).rejects.toMatchObject({ retryAfterMs: 100 });
  });

  it('starts again after a success without an eviction in between', async () => {
    let down = true;
    const { registry, clock, make } = setUp({
      retryBackoffMs: 100,
      template: {},
      create: (tenantId) => (down ? Promise.reject(new Error('down')) : make(tenantId)),
    });
    await codeOf(registry.acquire('foo'));
    clock.advance(100);
    down = false;
    await registry.create('foo');
    down = true;
    await expect(registry.refresh('foo')).rejects.toMatchObject({ retryAfterMs: 100 });
  });

  it('allows an attempt at once after evict or add', async () => {
    const { registry, create, make } = failing();
    await codeOf(registry.acquire('foo'));
    expect(await registry.evict('foo')).toBe(false);
    await codeOf(registry.acquire('foo'));
    expect(create).toHaveBeenCalledTimes(2);
    await registry.add('foo', make('foo'));
    await codeOf(registry.refresh('foo'));
    expect(create).toHaveBeenCalledTimes(3);
  });

  it('keeps the present client when its successor fails', async () => {
    const { registry, make, create } = setUp({ create: () => Promise.reject(new Error('down')) });
    const present = make('foo');
    await registry.add('foo', present);
    expect(await codeOf(registry.refresh('foo'))).toBe('MT_CLIENT_CREATE_FAILED');
    expect(registry.get('foo')).toBe(present);
    expect(present.closed).toBe(0);
    expect(create).toHaveBeenCalledTimes(1);
  });

  it.each([null, undefined])('calls a factory that gives %s failed', async (nothing) => {
    const { registry } = setUp({ create: () => nothing as unknown as TestClient });
    await expect(registry.acquire('foo')).rejects.toMatchObject({
      code: 'MT_CLIENT_CREATE_FAILED',
      cause: expect.objectContaining({ message: 'The factory gave no client.' }),
    });
    expect(registry.stats()).toMatchObject({ occupied: 0, size: 0 });
  });

  it('calls a factory that throws, or whose template throws, failed', async () => {
    const throwing = (): never => {
      throw new Error('no');
    };
    expect(await codeOf(setUp({ create: throwing }).registry.acquire('foo'))).toBe('MT_CLIENT_CREATE_FAILED');
    expect(await codeOf(setUp({ template: throwing }).registry.acquire('foo'))).toBe('MT_CLIENT_CREATE_FAILED');
  });

  it('calls a factory that gives the client in use again failed, and leaves that client alone', async () => {
    const only: TestClient = { id: 0, tenantId: 'foo', closed: 0 };
    const { registry } = setUp({ create: () => only });
    (await registry.acquire('foo')).release();
    expect(await codeOf(registry.refresh('foo'))).toBe('MT_CLIENT_FACTORY_FAULT');
    expect(registry.get('foo')).toBe(only);
    expect(only.closed).toBe(0);
    expect(registry.stats()).toMatchObject({ size: 1, occupied: 1, weight: 1 });
  });
});

describe('R4: a creation has a deadline and a signal; what comes late is disposed', () => {
  it('gives up at the deadline, aborts, and disposes what comes afterwards', async () => {
    const { registry, clock, calls, deliver, made } = setUpHeld({ createTimeoutMs: 50 });
    const acquiring = codeOf(registry.acquire('foo'));
    await settle();
    clock.advance(50);
    expect(await acquiring).toBe('MT_CLIENT_CREATE_TIMEOUT');
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(registry.stats()).toMatchObject({ occupied: 1, creating: 0, failures: 1 });
    await deliver(0);
    expect(made[0]?.closed).toBe(1);
    expect(registry.has('foo')).toBe(false);
    expect(registry.stats().occupied).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('counts a deadline that passed as a failure with a backoff', async () => {
    const { registry, clock, calls } = setUpHeld({ createTimeoutMs: 50, retryBackoffMs: 100 });
    const acquiring = registry.acquire('foo');
    const expectation = expect(acquiring).rejects.toMatchObject({
      code: 'MT_CLIENT_CREATE_TIMEOUT',
      retryAfterMs: 100,
    });
    await settle();
    clock.advance(50);
    await expectation;
    calls[0]?.reject(new Error('late failure'));
    await settle();
    await expect(registry.acquire('foo')).rejects.toMatchObject({
      code: 'MT_CLIENT_CREATE_FAILED',
      cause: expect.objectContaining({ code: 'MT_CLIENT_CREATE_TIMEOUT' }),
    });
  });

  it.each(['evict', 'close', 'add'] as const)('disposes what comes after %s, and publishes it never', async (how) => {
    const { registry, calls, deliver, made } = setUpHeld();
    const acquiring = codeOf(registry.acquire('foo'));
    await settle();
    const adopted: TestClient = { id: 99, tenantId: 'foo', closed: 0 };
    const ending =
      how === 'evict'
        ? registry.evict('foo')
        : how === 'close'
          ? registry.close()
          : registry.add('foo', adopted, { onExisting: 'replace' });
    await settle();
    expect(calls[0]?.signal.aborted).toBe(true);
    await deliver(0);
    await ending;
    expect(made[0]?.closed).toBe(1);
    expect(registry.peek('foo')).toBe(how === 'add' ? adopted : undefined);
    const ends = { evict: 'MT_CLIENT_CREATE_FAILED', close: 'MT_REGISTRY_CLOSED', add: 'no error' };
    expect(await acquiring).toBe(ends[how]);
  });

  it.each(Array.from({ length: 12 }, (_, turns) => turns))(
    'disposes exactly once a client whose factory ends %d turns before it is evicted',
    async (turns) => {
      const { registry, calls } = setUpHeld();
      const acquiring = registry.acquire('foo').then(
        (lease) => lease.release(),
        () => undefined,
      );
      await settle();
      const client: TestClient = { id: 7, tenantId: 'foo', closed: 0 };
      calls[0]?.resolve(client);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      const evicting = registry.evict('foo');
      await Promise.all([acquiring, evicting]);
      await settle();
      expect(client.closed).toBe(1);
      expect(registry.stats()).toMatchObject({ size: 0, occupied: 0, weight: 0, leases: 0 });
    },
  );

  it('keeps the place of a late client until it is disposed, however long its factory took', async () => {
    const { registry, clock, deliver } = setUpHeld({
      disposeTimeoutMs: 100,
      dispose: () => new Promise(() => undefined),
    });
    const acquiring = codeOf(registry.acquire('foo', { timeoutMs: 10 }));
    await settle();
    clock.advance(10);
    await acquiring;
    clock.advance(90);
    await deliver(0);
    clock.advance(90);
    await settle();
    expect(registry.stats().occupied).toBe(1);
    clock.advance(10);
    await settle();
    expect(registry.stats().occupied).toBe(0);
  });
});

describe('R5: a caller that gives up does not affect the others', () => {
  it('serves the others when one aborts and one runs out of time', async () => {
    const { registry, clock, calls, deliver } = setUpHeld();
    const abort = new AbortController();
    const aborted = registry.acquire('foo', { signal: abort.signal }).catch((error: unknown) => error);
    const hasty = codeOf(registry.acquire('foo', { timeoutMs: 10 }));
    const patient = registry.acquire('foo', { timeoutMs: 1_000 });
    await settle();
    const reason = new Error('cancelled by the caller');
    abort.abort(reason);
    clock.advance(10);
    expect(await aborted).toBe(reason);
    expect(await hasty).toBe('MT_CLIENT_CREATE_TIMEOUT');
    expect(calls[0]?.signal.aborted).toBe(false);
    await deliver(0);
    expect((await patient).client.tenantId).toBe('foo');
    expect(clock.pendingTimers).toBe(0);
  });

  it('aborts the creation when the last one gives up', async () => {
    const { registry, calls } = setUpHeld();
    const aborts = [new AbortController(), new AbortController()];
    const waiting = aborts.map(({ signal }) => codeOf(registry.acquire('foo', { signal })));
    await settle();
    aborts[0]?.abort();
    expect(calls[0]?.signal.aborted).toBe(false);
    aborts[1]?.abort();
    expect(calls[0]?.signal.aborted).toBe(true);
    await Promise.all(waiting);
    expect(registry.stats()).toMatchObject({ creating: 0 });
  });

  it('leases nothing and creates nothing for a signal that has aborted already', async () => {
    const { registry, create } = setUp({ template: {} });
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(registry.acquire('foo', { signal })).rejects.toThrow('too late');
    await expect(registry.create('foo', { signal })).rejects.toThrow('too late');
    await settle();
    expect(create).not.toHaveBeenCalled();
    await registry.create('foo');
    await expect(registry.acquire('foo', { signal })).rejects.toThrow('too late');
    expect(registry.stats().leases).toBe(0);
  });

  it('blames the factory, not a lack of capacity, when a predecessor holds the creation up', async () => {
    const { registry, clock } = setUpHeld();
    const first = codeOf(registry.acquire('foo', { timeoutMs: 10 }));
    await settle();
    clock.advance(10);
    await first;
    const second = codeOf(registry.acquire('foo', { timeoutMs: 10 }));
    clock.advance(10);
    expect(await second).toBe('MT_CLIENT_CREATE_TIMEOUT');
  });
});

describe('R16: a factory that waits for itself is rejected', () => {
  it('when it acquires its own tenant and kind', async () => {
    let inner: unknown;
    const { registry, make } = setUp({
      create: async (tenantId) => {
        inner = await registry.acquire(tenantId).catch((error: unknown) => error);
        return make(tenantId);
      },
    });
    await registry.acquire('foo');
    expect(inner).toMatchObject({ code: 'MT_CLIENT_RECURSIVE', tenantId: 'foo' });
  });

  function twoKinds() {
    const a: TenantClientRegistry<{ b: unknown }> = new TenantClientRegistry<{ b: unknown }>({
      name: 'a',
      create: async (tenantId) => ({ b: (await b.acquire(tenantId)).client }),
    });
    const b: TenantClientRegistry<object> = new TenantClientRegistry<object>({
      name: 'b',
      create: async (tenantId) => ({ a: (await a.acquire(tenantId)).client }),
    });
    return { a, b };
  }

  function rootOf(error: unknown): unknown {
    const { cause } = error as { cause?: unknown };
    return cause === undefined ? error : rootOf(cause);
  }

  it('but not when what it waits for waits for something else', async () => {
    const held = deferred();
    const { registry, make } = setUp({
      create: async (tenantId) => {
        if (tenantId === 'middle') (await registry.acquire('last')).release();
        if (tenantId === 'first') (await registry.acquire('middle')).release();
        if (tenantId === 'last') await held.promise;
        return make(tenantId);
      },
    });
    const middle = registry.acquire('middle');
    await settle();
    const first = registry.acquire('first');
    await settle();
    held.resolve();
    expect((await middle).client.tenantId).toBe('middle');
    expect((await first).client.tenantId).toBe('first');
  });

  it('when it does so through another kind', async () => {
    const { a } = twoKinds();
    const error = await a.acquire('foo').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'MT_CLIENT_CREATE_FAILED' });
    expect(rootOf(error)).toMatchObject({ code: 'MT_CLIENT_RECURSIVE' });
  });

  it('when two requests enter the cycle from both sides', async () => {
    const { a, b } = twoKinds();
    const errors = await Promise.all(
      [a.acquire('foo'), b.acquire('foo')].map((lease) => lease.catch((e: unknown) => e)),
    );
    expect(errors.map((error) => (rootOf(error) as { code: string }).code)).toEqual([
      'MT_CLIENT_RECURSIVE',
      'MT_CLIENT_RECURSIVE',
    ]);
  });

  it('when the cycle includes another tenant', async () => {
    const { registry, make } = setUp({
      create: async (tenantId) => {
        await registry.acquire(tenantId === 'foo' ? 'bar' : 'foo');
        return make(tenantId);
      },
    });
    const error = await registry.acquire('foo').catch((thrown: unknown) => thrown);
    expect(rootOf(error)).toMatchObject({ code: 'MT_CLIENT_RECURSIVE' });
  });

  it('but neither a factory that needs another client, nor a client that outlives its factory', async () => {
    let later: Promise<unknown> | undefined;
    const { registry, make } = setUp({
      create: async (tenantId) => {
        if (tenantId === 'foo') (await registry.acquire('bar')).release();
        later ??= settle().then(() => registry.acquire('bar'));
        return make(tenantId);
      },
    });
    await registry.acquire('foo');
    await expect(later).resolves.toMatchObject({ tenantId: 'bar' });
  });

  it('gets the present client while it makes the successor', async () => {
    const seen: unknown[] = [];
    const { registry, make, clients } = setUp({
      create: async (tenantId) => {
        if (registry.has(tenantId)) seen.push(await registry.use(tenantId, (client) => client));
        return make(tenantId);
      },
    });
    (await registry.acquire('foo')).release();
    await registry.refresh('foo');
    expect(seen).toEqual([clients[0]]);
  });
});
