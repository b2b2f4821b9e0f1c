import { TenantClientRegistry } from '@tenantry/core';
import { codeOf, deferred, settle } from './support/harness.js';

interface Pool {
  closed: number;
}

function registryOf(name: string, create: (id: string) => Pool | Promise<Pool>, dispose = true) {
  return new TenantClientRegistry<Pool>({
    name,
    retryBackoffMs: 0,
    create,
    ...(dispose && { dispose: (pool: Pool) => void (pool.closed += 1) }),
  });
}

const pool = (): Pool => ({ closed: 0 });

describe('R22: one live client object belongs to one tenant and one entry', () => {
  it('a factory that returns its object again is refused while that drains, and after it was closed; it is closed once', async () => {
    const only = pool();
    const registry = registryOf('remembering', () => only);
    const held = await registry.acquire('foo');
    const evicting = registry.evict('foo');
    expect(await codeOf(registry.acquire('foo'))).toBe('MT_CLIENT_FACTORY_FAULT');
    expect(only.closed).toBe(0);
    held.release();
    await evicting;
    expect(await codeOf(registry.acquire('foo'))).toBe('MT_CLIENT_FACTORY_FAULT');
    await registry.close();
    expect(only.closed).toBe(1);
  });

  it('an object is refused after it was closed, also when 1,000 others have been closed since', async () => {
    const only = pool();
    const registry = registryOf('forgetful', (id) => (id === 'foo' ? only : pool()));
    for (const id of ['foo', ...Array.from({ length: 1_000 }, (_, index) => `t${index}`)]) {
      (await registry.acquire(id)).release();
      await registry.evict(id);
    }
    expect(await codeOf(registry.acquire('foo'))).toBe('MT_CLIENT_FACTORY_FAULT');
    expect(only.closed).toBe(1);
  });

  it('a factory that shares is refused for the second tenant, also when both ask at once, and the first keeps its client', async () => {
    const shared = pool();
    const registry = registryOf('sharing', async () => shared);
    const codes = await Promise.all([codeOf(registry.acquire('foo')), codeOf(registry.acquire('bar'))]);
    expect(codes).toEqual(['no error', 'MT_CLIENT_FACTORY_FAULT']);
    expect(registry.stats()).toMatchObject({ size: 1, occupied: 1, failures: 1 });
    expect(shared.closed).toBe(0);
  });

  it('across kinds of one process, and for objects that are added', async () => {
    const shared = pool();
    const [one, other] = [registryOf('one', () => shared), registryOf('other', () => shared)];
    const held = await one.acquire('foo');
    expect(await codeOf(other.acquire('foo'))).toBe('MT_CLIENT_FACTORY_FAULT');
    expect(await codeOf(other.add('bar', shared))).toBe('MT_CLIENT_FACTORY_FAULT');
    expect(await codeOf(one.add('bar', shared))).toBe('MT_CLIENT_FACTORY_FAULT');
    expect(await one.add('foo', shared, { onExisting: 'replace' })).toBe(false);
    held.release();
    await one.evict('foo');
    expect(shared.closed).toBe(1);
    expect([one.stats().occupied, other.stats().occupied]).toEqual([0, 0]);
  });

  it('an object that comes too late, and is in use elsewhere, is not closed', async () => {
    const late = deferred<Pool>();
    const shared = pool();
    const [slow, quick] = [registryOf('slow', () => late.promise), registryOf('quick', () => shared)];
    const acquiring = codeOf(slow.acquire('foo'));
    await settle();
    await slow.evict('foo');
    const held = await quick.acquire('bar');
    late.resolve(shared);
    await acquiring;
    await slow.close();
    expect(shared.closed).toBe(0);
    expect(slow.stats().occupied).toBe(0);
    held.release();
  });

  it('values have no owner: text, numbers, and data that is frozen all the way down', async () => {
    const data = Object.freeze({ plan: 'free', limits: Object.freeze([1, 2]) });
    const values = new TenantClientRegistry<unknown>({
      name: 'values',
      create: (id) => (id.startsWith('t') ? 'key' : data),
    });
    for (const id of ['t1', 't2', 'd1', 'd2']) (await values.acquire(id)).release();
    expect(values.size).toBe(4);
    const half = Object.freeze({ query: () => 1 });
    const functions = new TenantClientRegistry<unknown>({ name: 'functions', create: () => half });
    await functions.acquire('foo');
    expect(await codeOf(functions.acquire('bar'))).toBe('MT_CLIENT_FACTORY_FAULT');
  });

  it('an object that no disposer closes may be delivered again once it is gone', async () => {
    const only = pool();
    const registry = registryOf('undisposed', () => only, false);
    (await registry.acquire('foo')).release();
    await registry.evict('foo');
    (await registry.acquire('foo')).release();
    expect(registry.size).toBe(1);
  });
});
