import { CachedTenantCatalog } from './cached-tenant-catalog.js';
import { InMemoryTenantCatalog } from './in-memory-tenant-catalog.js';
import type { Tenant } from './tenant.js';

class CountingCatalog extends InMemoryTenantCatalog {
  asked = 0;
  outage = false;

  override async findByIdentifier(identifier: string): Promise<Tenant | null> {
    this.asked += 1;
    if (this.outage) throw new Error('connection refused');
    return super.findByIdentifier(identifier);
  }
}

function fixture(): { source: CountingCatalog; cache: CachedTenantCatalog; pass: (ms: number) => void } {
  let now = 0;
  const source = new CountingCatalog([{ id: 'foo', domain: 'foo.com' }]);
  const cache = new CachedTenantCatalog(source, {
    ttlMs: 100,
    negativeTtlMs: 10,
    staleWhileUnavailableMs: 1_000,
    maxEntries: 3,
    now: () => now,
  });
  return { source, cache, pass: (ms) => void (now += ms) };
}

describe('CachedTenantCatalog', () => {
  it('asks once for concurrent look-ups, and again when the answer is no longer fresh', async () => {
    const { source, cache, pass } = fixture();
    const found = await Promise.all(Array.from({ length: 50 }, () => cache.findByIdentifier('foo.com')));
    expect(new Set(found.map((tenant) => tenant?.id))).toEqual(new Set(['foo']));
    expect(source.asked).toBe(1);
    pass(99);
    expect(cache.peekByIdentifier('foo.com')?.id).toBe('foo');
    pass(1);
    expect(cache.peekByIdentifier('foo.com')).toBeUndefined();
    await cache.findByIdentifier('foo.com');
    expect(source.asked).toBe(2);
  });

  it('remembers "unknown" for its own, shorter time', async () => {
    const { cache, pass } = fixture();
    expect(await cache.findByIdentifier('nosuch')).toBeNull();
    expect(cache.peekByIdentifier('nosuch')).toBeNull();
    pass(10);
    expect(cache.peekByIdentifier('nosuch')).toBeUndefined();
  });

  it('keeps known tenants when a flood of made-up ones comes', async () => {
    const { cache } = fixture();
    await cache.findByIdentifier('foo.com');
    for (let i = 0; i < 100; i += 1) await cache.findByIdentifier(`made-up-${i}`);
    expect(cache.peekByIdentifier('foo.com')?.id).toBe('foo');
    expect(cache.peekByIdentifier('made-up-0')).toBeUndefined();
  });

  it('serves a known tenant for a while through an outage, and never takes an outage for "unknown"', async () => {
    const { source, cache, pass } = fixture();
    await cache.findByIdentifier('foo.com');
    source.outage = true;
    pass(1_099);
    expect((await cache.findByIdentifier('foo.com'))?.id).toBe('foo');
    await expect(cache.findByIdentifier('bar.com')).rejects.toThrow('connection refused');
    expect(cache.peekByIdentifier('bar.com')).toBeUndefined();
    pass(1);
    await expect(cache.findByIdentifier('foo.com')).rejects.toThrow('connection refused');
  });

  it('forgets a tenant under all its names at once, also what it was about to learn', async () => {
    const { source, cache } = fixture();
    const before = (await cache.findByIdentifier('foo.com')) as Tenant;
    expect(await cache.findByIdentifier('www.foo.com')).toBeNull();
    const late = cache.findByIdentifier('foo');
    const after = await source.update('foo', { aliases: ['www.foo.com'] });
    cache.invalidate(before, after);
    await late;
    expect(cache.peekByIdentifier('foo')).toBeUndefined();
    expect((await cache.findByIdentifier('foo.com'))?.generation).toBe(2);
    expect((await cache.findByIdentifier('www.foo.com'))?.id).toBe('foo');
  });

  it.each([
    ['ttlMs', 0],
    ['negativeTtlMs', -1],
    ['maxEntries', Number.NaN],
  ])('refuses %s = %s', (option, value) => {
    expect(() => new CachedTenantCatalog(new InMemoryTenantCatalog(), { [option]: value })).toThrow(
      new RegExp(`${option} is ${value}`),
    );
  });
});
