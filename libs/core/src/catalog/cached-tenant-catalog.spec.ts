import { CachedTenantCatalog } from './cached-tenant-catalog.js';
import { InMemoryTenantCatalog } from './in-memory-tenant-catalog.js';
import { ManualClock } from '@tenantry/testing';
import type { TenantListQuery, TenantPage } from './tenant-catalog.js';
import type { Tenant } from '../tenant/tenant.js';

class CountingCatalog extends InMemoryTenantCatalog {
  asked = 0;
  outage = false;
  /** While set, look-ups wait for it, with the answer that was true when they began. */
  held: Promise<void> | undefined;

  override async findByIdentifier(identifier: string): Promise<Tenant | null> {
    this.asked += 1;
    if (this.outage) throw new Error('connection refused');
    const answer = this.peekByIdentifier(identifier);
    await this.held;
    return answer;
  }

  override async findById(id: string): Promise<Tenant | null> {
    await this.held;
    return super.findById(id);
  }

  override async list(query?: TenantListQuery): Promise<TenantPage> {
    await this.held;
    return super.list(query);
  }

  /** Holds answers back. @returns how to release them */
  hold(): () => void {
    let resume = (): void => undefined;
    this.held = new Promise((resolve) => (resume = resolve));
    return () => {
      this.held = undefined;
      resume();
    };
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Fixture {
  readonly source: CountingCatalog;
  readonly cache: CachedTenantCatalog;
  readonly clock: ManualClock;
  readonly pass: (ms: number) => void;
}

function fixture(): Fixture {
  const clock = new ManualClock();
  const source = new CountingCatalog([{ id: 'foo', domain: 'foo.com' }]);
  const cache = new CachedTenantCatalog(source, {
    ttlMs: 100,
    negativeTtlMs: 10,
    staleWhileUnavailableMs: 1_000,
    maxEntries: 3,
    timeoutMs: 50,
    clock,
  });
  return { source, cache, clock, pass: (ms) => clock.advance(ms) };
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

  it('caches "unknown" for its own, shorter time', async () => {
    const { cache, pass } = fixture();
    expect(await cache.findByIdentifier('nosuch')).toBeNull();
    expect(cache.peekByIdentifier('nosuch')).toBeNull();
    pass(10);
    expect(cache.peekByIdentifier('nosuch')).toBeUndefined();
  });

  it('keeps known tenants when a flood of unknown ones comes', async () => {
    const { cache } = fixture();
    await cache.findByIdentifier('foo.com');
    for (let i = 0; i < 100; i += 1) await cache.findByIdentifier(`made-up-${i}`);
    expect(cache.peekByIdentifier('foo.com')?.id).toBe('foo');
    expect(cache.peekByIdentifier('made-up-0')).toBeUndefined();
  });

  it('serves a known tenant for a limited time during an outage, and never treats an outage as "unknown"', async () => {
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

  it('drops a tenant under all its names at once, and answers of look-ups under way', async () => {
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

  it('keeps no answer that was asked for before an invalidation, however late it comes', async () => {
    const { source, cache } = fixture();
    const before = source.peekByIdentifier('foo.com');
    const resume = source.hold();
    const late = cache.findByIdentifier('foo.com');
    const after = await source.suspend('foo');
    cache.invalidate(before, after);
    source.held = undefined;
    expect((await cache.findByIdentifier('foo.com'))?.status).toBe('suspended');
    resume();
    expect((await late)?.status).toBe('active');
    expect(cache.peekByIdentifier('foo.com')?.status).toBe('suspended');
  });

  it('drops a suspended tenant at once, also under names that its record no longer has', async () => {
    const { source, cache } = fixture();
    await source.update('foo', { aliases: ['old.foo.com'] });
    for (const name of ['foo', 'foo.com', 'old.foo.com']) await cache.findByIdentifier(name);
    await source.update('foo', { aliases: [] });
    cache.invalidate(await source.suspend('foo'));
    for (const name of ['foo', 'foo.com', 'old.foo.com']) expect(cache.peekByIdentifier(name)).toBeUndefined();
    expect((await cache.findByIdentifier('foo.com'))?.status).toBe('suspended');
    expect(await cache.findByIdentifier('old.foo.com')).toBeNull();
  });

  it('drops tenants by id, in any case, and answers of look-ups that began before', async () => {
    const { source, cache } = fixture();
    await source.create({ id: 'bar', domain: 'bar.com' });
    await cache.findByIdentifier('bar.com');
    const resume = source.hold();
    const late = cache.findByIdentifier('foo.com');
    await source.suspend('foo');
    cache.invalidateIds(['FOO']);
    resume();
    expect((await late)?.status).toBe('active');
    expect(cache.peekByIdentifier('foo.com')).toBeUndefined();
    expect(cache.peekByIdentifier('bar.com')?.id).toBe('bar');
  });

  it('does not serve an invalidated tenant through an outage', async () => {
    const { source, cache } = fixture();
    const before = await cache.findByIdentifier('foo.com');
    source.outage = true;
    cache.invalidate(before);
    await expect(cache.findByIdentifier('foo.com')).rejects.toThrow('connection refused');
  });

  it('counts the age of an answer from the question, not from its arrival', async () => {
    const { source, cache, pass } = fixture();
    const resume = source.hold();
    const slow = cache.findByIdentifier('foo.com');
    pass(40);
    resume();
    await slow;
    pass(59);
    expect(cache.peekByIdentifier('foo.com')?.id).toBe('foo');
    pass(1);
    expect(cache.peekByIdentifier('foo.com')).toBeUndefined();
  });

  it.each<[string, (cache: CachedTenantCatalog) => Promise<unknown>]>([
    ['findByIdentifier', (cache) => cache.findByIdentifier('foo.com')],
    ['findById', (cache) => cache.findById('foo')],
    ['list', (cache) => cache.list()],
  ])('takes a catalog that does not answer %s in time for an outage, and leaves no timer', async (_what, ask) => {
    const { source, cache, clock } = fixture();
    source.hold();
    const asking = ask(cache);
    const failure = expect(asking).rejects.toMatchObject({
      code: 'MT_CATALOG_UNAVAILABLE',
      message: expect.stringMatching(/within 50 ms.*timeoutMs/) as unknown,
    });
    clock.advance(49);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1);
    await failure;
    expect(clock.pendingTimers).toBe(0);
    source.held = undefined;
    await ask(cache);
    expect(clock.pendingTimers).toBe(0);
  });

  it('drops the answer that comes after the deadline', async () => {
    const { source, cache, clock } = fixture();
    const resume = source.hold();
    const failure = expect(cache.findByIdentifier('foo.com')).rejects.toMatchObject({ code: 'MT_CATALOG_UNAVAILABLE' });
    clock.advance(50);
    await failure;
    resume();
    await settled();
    expect(cache.peekByIdentifier('foo.com')).toBeUndefined();
  });

  it('has known tenants wait for a hanging catalog once, and asks it again in the background', async () => {
    const { source, cache, clock } = fixture();
    await cache.findByIdentifier('foo.com');
    clock.advance(100);
    const resume = source.hold();
    const first = cache.findByIdentifier('foo.com');
    clock.advance(50);
    expect((await first)?.id).toBe('foo');
    expect((await cache.findByIdentifier('foo.com'))?.id).toBe('foo');
    expect((await cache.findByIdentifier('foo.com'))?.id).toBe('foo');
    expect(source.asked).toBe(3);
    await source.suspend('foo');
    clock.advance(50);
    resume();
    await settled();
    expect((await cache.findByIdentifier('foo.com'))?.status).toBe('active');
    await settled();
    expect(cache.peekByIdentifier('foo.com')?.status).toBe('suspended');
  });

  it('waits for the catalog again when the failure is no longer recent', async () => {
    const { source, cache, clock } = fixture();
    await cache.findByIdentifier('foo.com');
    clock.advance(100);
    source.outage = true;
    expect((await cache.findByIdentifier('foo.com'))?.status).toBe('active');
    source.outage = false;
    await source.suspend('foo');
    clock.advance(100);
    expect((await cache.findByIdentifier('foo.com'))?.status).toBe('suspended');
  });

  it('uses the system’s clock by default', async () => {
    const cache = new CachedTenantCatalog(
      { findByIdentifier: () => new Promise(() => undefined), findById: async () => null, list: jest.fn() },
      { timeoutMs: 1 },
    );
    await expect(cache.findByIdentifier('foo.com')).rejects.toMatchObject({ code: 'MT_CATALOG_UNAVAILABLE' });
  });

  it.each([
    ['timeoutMs', 0],
    ['timeoutMs', 600_001],
    ['ttlMs', 0],
    ['negativeTtlMs', -1],
    ['maxEntries', Number.NaN],
  ])('refuses %s = %s', (option, value) => {
    expect(() => new CachedTenantCatalog(new InMemoryTenantCatalog(), { [option]: value })).toThrow(
      new RegExp(`${option} is ${value}`),
    );
  });
});
