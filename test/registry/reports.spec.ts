import { TenantClientRegistry } from '@tenantry/core';
import { ManualClock } from '@tenantry/testing';
import type { RegistryEventMap } from '@tenantry/core';
import { codeOf, deferred, outcome, settle, setUp, setUpHeld } from './support/harness.js';

describe('what the registry reports', () => {
  it.each<[string, (registry: TenantClientRegistry<object>) => unknown, string]>([
    ['a bad idle time', (registry) => registry.cleanUp(-1), 'cleanUp|idleMs.* -1.*milliseconds of at least 0'],
    ['a bad timeout', (registry) => registry.acquire('foo', { timeoutMs: 0 }), 'timeoutMs is 0.*milliseconds above 0'],
    [
      'a bad policy',
      (registry) => registry.add('foo', {}, { onExisting: 'keeep' as never }),
      'onExisting.*keeep.*error, keep or replace',
    ],
    ['a bad disposer', (registry) => registry.add('foo', {}, { dispose: 5 as never }), 'dispose.*a function'],
    ['no client', (registry) => registry.add('foo', null as never), 'client.*a client'],
  ])('names %s, its value and what is allowed', async (_what, call, message) => {
    const registry = new TenantClientRegistry<object>({ name: 'db', create: () => ({}) });
    await expect((async () => call(registry))()).rejects.toThrow(new RegExp(message));
    await registry.close();
  });

  it.each<[unknown, string]>([
    [undefined, 'options.*an object'],
    [{ name: '', create: () => ({}) }, 'name.*a client kind such as "db"'],
  ])('names what is wrong with the options %j', (options, message) => {
    expect(() => new TenantClientRegistry(options as never)).toThrow(new RegExp(message));
  });

  it('counts how long a client is idle and how old it is, by a clock that started long ago', async () => {
    const clock = new ManualClock(1_000_000);
    const { registry } = setUp({ clock });
    const [held, idle] = [await registry.acquire('held'), await registry.acquire('idle')];
    clock.advance(40);
    idle.release();
    clock.advance(60);
    expect([...registry.entries()]).toMatchObject([
      { tenantId: 'held', leases: 1, idleMs: 0, ageMs: 100 },
      { tenantId: 'idle', leases: 0, idleMs: 60, ageMs: 100 },
    ]);
    expect(await registry.cleanUp(0)).toMatchObject([{ tenantId: 'idle', idleMs: 60 }]);
    held.release();
  });

  it('lets a client weigh nothing, or all that is allowed', async () => {
    const weights: Record<string, number> = { light: 0, heavy: 5 };
    const { registry } = setUp({ maxWeight: 5, weigh: ({ tenantId }) => weights[tenantId] ?? 1 });
    (await registry.acquire('light')).release();
    (await registry.acquire('heavy')).release();
    expect(registry.stats()).toMatchObject({ size: 2, weight: 5 });
  });

  it.each(['5', Number.NaN, -1])('says what is wrong with the weight %p', async (weight) => {
    const { registry } = setUp({ weigh: () => weight as number });
    await expect(registry.acquire('foo')).rejects.toMatchObject({
      cause: expect.objectContaining({ message: `weigh() gave ${weight}; it must give a number of at least 0.` }),
    });
  });

  it('says that a factory has given the client that is in use', async () => {
    const client = { id: 0, tenantId: 'foo', closed: 0 };
    const { registry } = setUp({ create: () => client });
    (await registry.acquire('foo')).release();
    await expect(registry.refresh('foo')).rejects.toMatchObject({
      code: 'MT_CLIENT_FACTORY_FAULT',
      message: expect.stringContaining('an object that is in use already, as a test client'),
    });
    expect(client.closed).toBe(0);
  });

  it('reports the disposal of a client that came too late as such, to the disposer and to listeners', async () => {
    const { registry, clock, deliver, dispose } = setUpHeld({ createTimeoutMs: 100 });
    const disposed: RegistryEventMap['disposed'][] = [];
    registry.on('disposed', (event) => void disposed.push(event));
    const waiting = registry.acquire('foo');
    await settle();
    clock.advance(100);
    expect(await codeOf(waiting)).toBe('MT_CLIENT_CREATE_TIMEOUT');
    await deliver(0);
    expect(dispose).toHaveBeenCalledWith(expect.anything(), { tenantId: 'foo', cause: 'late' });
    expect(disposed).toMatchObject([{ kind: 'test', tenantId: 'foo', cause: 'late' }]);
  });
});

describe('a creation that waits for the factory before it', () => {
  it('ends at once when it is evicted, though that factory continues', async () => {
    const first = deferred<never>();
    const { registry, clock, create } = setUp({
      create: () => first.promise,
      createTimeoutMs: 100,
      retryBackoffMs: 1,
      acquireTimeoutMs: 1_000_000,
      disposeTimeoutMs: 1_000_000,
    });
    const lost = registry.acquire('foo');
    await settle();
    clock.advance(100);
    expect(await codeOf(lost)).toBe('MT_CLIENT_CREATE_TIMEOUT');
    clock.advance(10);
    const waiting = registry.acquire('foo');
    expect(await outcome(waiting)).toBe('pending');
    expect(create).toHaveBeenCalledTimes(1);
    const evicted = registry.evict('foo');
    expect(await outcome(waiting)).not.toBe('pending');
    first.reject(new Error('at last'));
    await evicted;
    await settle();
    expect(registry.stats()).toMatchObject({ size: 0, occupied: 0 });
  });
});
