import { codeOf, outcome, settle, setUp, setUpHeld } from './support/harness.js';
import type { TestClient } from './support/harness.js';

/** A registry whose clients lock something that one of a tenant can have at a time; counts those that met the lock. */
function locking(options: Parameters<typeof setUp>[0] = {}) {
  const locked = new Set<string>();
  const overlaps: string[] = [];
  let id = 0;
  const create = async (tenantId: string): Promise<TestClient> => {
    if (locked.has(tenantId)) overlaps.push(tenantId);
    locked.add(tenantId);
    await settle();
    return { id: id++, tenantId, closed: 0 };
  };
  const dispose = async ({ tenantId }: TestClient): Promise<void> => {
    await settle();
    locked.delete(tenantId);
  };
  return { ...setUp({ exclusive: true, create, dispose, ...options }), overlaps };
}

describe('R25: of an exclusive kind, one client of a tenant exists at a time, its disposal included', () => {
  it('when it is wanted again while the evicted one is being disposed', async () => {
    const { registry, overlaps } = locking();
    (await registry.acquire('foo')).release();
    void registry.evict('foo');
    (await registry.acquire('foo')).release();
    expect([overlaps, registry.stats().occupied]).toEqual([[], 1]);
  });

  it('when it is wanted again while the evicted one is in use', async () => {
    const { registry, overlaps } = locking();
    const busy = await registry.acquire('foo');
    void registry.evict('foo');
    const waiting = registry.acquire('foo');
    expect(await outcome(waiting)).toBe('pending');
    busy.release();
    expect((await waiting).client).not.toBe(busy.client);
    expect(overlaps).toEqual([]);
  });

  it.each(['refresh', 'replace', 'add', 'lifetime'])('when it is renewed: %s', async (how) => {
    const { registry, overlaps, clock, make } = locking({ template: {}, maxLifetimeMs: 1_000 });
    (await registry.acquire('foo')).release();
    registry.pin('foo');
    const first = registry.peek('foo');
    if (how === 'refresh') await registry.refresh('foo');
    if (how === 'replace') await registry.create('foo', { onExisting: 'replace' });
    if (how === 'add') await registry.add('foo', make('foo'), { onExisting: 'replace' });
    if (how === 'lifetime') clock.advance(1_001);
    const second = await registry.acquire('foo');
    expect(second.client).not.toBe(first);
    expect([overlaps, first?.closed, registry.stats().occupied]).toEqual([[], 1, 1]);
    expect([...registry.entries()].map(({ pinned }) => pinned)).toEqual([how !== 'add']);
  });

  it('a client that is added waits for a running creation and for its turn no longer than acquireTimeoutMs together', async () => {
    const create = (): Promise<TestClient> => new Promise(() => undefined);
    const { registry, clock, make } = locking({ acquireTimeoutMs: 100, createTimeoutMs: 10_000, create });
    const creating = codeOf(registry.acquire('foo'));
    const adding = codeOf(registry.add('foo', make('foo'), { onExisting: 'replace' }));
    await settle();
    clock.advance(100);
    expect(await outcome(adding)).not.toBe('pending');
    expect(await adding).toBe('MT_REGISTRY_CAPACITY');
    clock.advance(10_000);
    expect(await creating).toBe('MT_CLIENT_CREATE_TIMEOUT');
  });

  it('new work waits for acquireTimeoutMs, and the error says for what', async () => {
    const { registry, clock } = locking({ acquireTimeoutMs: 100 });
    await registry.acquire('foo');
    void registry.evict('foo');
    const waiting = codeOf(registry.acquire('foo'));
    const message = registry.acquire('foo').catch((error: Error) => error.message);
    await settle();
    clock.advance(101);
    expect(await waiting).toBe('MT_REGISTRY_CAPACITY');
    expect(await message).toContain("the tenant's previous client was still in use or being closed after 100 ms");
    expect(registry.stats()).toMatchObject({ failures: 0, creating: 0 });
  });

  it('a refresh whose factory fails leaves no client, and the next use tries again', async () => {
    let fails = false;
    const { registry, clients, make } = setUp({
      exclusive: true,
      retryBackoffMs: 0,
      create: (tenantId) => {
        if (fails) throw new Error('no disk');
        return make(tenantId);
      },
    });
    (await registry.acquire('foo')).release();
    fails = true;
    expect(await codeOf(registry.refresh('foo'))).toBe('MT_CLIENT_CREATE_FAILED');
    expect([registry.has('foo'), clients[0]?.closed]).toEqual([false, 1]);
    fails = false;
    (await registry.acquire('foo')).release();
    expect(registry.has('foo')).toBe(true);
  });

  it('a factory that was given up is waited for, so that its late client is disposed before the next is made', async () => {
    const { registry, calls, deliver, made } = setUpHeld({ exclusive: true });
    const first = codeOf(registry.acquire('foo'));
    await settle();
    await registry.evict('foo');
    const second = registry.acquire('foo');
    await settle();
    expect(calls).toHaveLength(1);
    await deliver(0);
    await settle();
    expect([calls.length, made[0]?.closed]).toEqual([2, 1]);
    await deliver(1);
    expect((await second).client).toBe(made[1]);
    expect(await first).toBe('MT_CLIENT_CREATE_FAILED');
  });

  it('other tenants do not wait', async () => {
    const { registry } = locking();
    await registry.acquire('foo');
    void registry.evict('foo');
    void registry.acquire('foo').catch(() => undefined);
    expect(await outcome(registry.acquire('bar'))).toBe('pending');
    (await registry.acquire('bar')).release();
  });
});
