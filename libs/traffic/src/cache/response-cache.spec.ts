import { Logger } from '@nestjs/common';
import { cacheKey } from './cache-key.js';
import type { CachedResponse, ResponseCacheStore } from './cached-response.js';
import { entityTag, isKnown } from './entity-tag.js';
import { MemoryCacheStore } from './memory-cache-store.js';
import { principalOf } from '../kernel/principal.js';
import { cacheableHeaders, withVary } from './response-headers.js';
import { TenantCache } from './tenant-cache.decorator.js';
import { TenantResponseCache } from './tenant-response-cache.js';

function answer(body = '"x"', { tags = [] as string[], expiresAt = 1_000 } = {}): CachedResponse {
  return { body, headers: {}, etag: entityTag(body), madeAt: 0, expiresAt, tags };
}

describe('the memory store of the response cache', () => {
  it('stays within the budget of a tenant with 3,000 unknown queries', () => {
    const store = new MemoryCacheStore({ maxBytesPerTenant: 100_000, now: () => 0 });
    for (let index = 0; index < 3_000; index += 1) store.set('a', `key-${index}`, answer('y'.repeat(500)));
    expect(store.bytesOf('a')).toBeLessThanOrEqual(100_000);
    expect(store.get('a', 'key-2999')).toBeDefined();
    expect(store.get('a', 'key-0')).toBeUndefined();
  });

  it('evicts no answer of another tenant, also where the budget of all is used up', () => {
    const store = new MemoryCacheStore({ maxBytesPerTenant: 50_000, maxBytes: 60_000, now: () => 0 });
    for (let index = 0; index < 10; index += 1) store.set('quiet', `key-${index}`, answer('y'.repeat(500)));
    for (let index = 0; index < 3_000; index += 1) store.set('noisy', `key-${index}`, answer('y'.repeat(500)));
    for (let index = 0; index < 10; index += 1) expect(store.get('quiet', `key-${index}`)).toBeDefined();
    expect(store.bytes).toBeLessThanOrEqual(60_000);
    expect(store.bytesOf('noisy')).toBeGreaterThan(0);
  });

  it('evicts the answer that was used longest ago', () => {
    const store = new MemoryCacheStore({ maxBytesPerTenant: 1_024, now: () => 0 });
    store.set('a', '1', answer('y'.repeat(100)));
    store.set('a', '2', answer('y'.repeat(100)));
    store.get('a', '1');
    store.set('a', '3', answer('y'.repeat(100)));
    expect([store.get('a', '1'), store.get('a', '2')]).toEqual([expect.anything(), undefined]);
  });

  it('does not keep an answer that is larger than the budget', () => {
    const store = new MemoryCacheStore({ maxBytesPerTenant: 1_024, now: () => 0 });
    store.set('a', '1', answer());
    store.set('a', '2', answer('y'.repeat(2_000)));
    expect([store.get('a', '1'), store.get('a', '2')]).toEqual([expect.anything(), undefined]);
  });

  it('drops an answer that has expired, and the tenant with its last answer', () => {
    let now = 0;
    const store = new MemoryCacheStore({ now: () => now });
    store.set('a', '1', answer('1', { expiresAt: 100 }));
    now = 100;
    expect([store.get('a', '1'), store.bytes]).toEqual([undefined, 0]);
  });

  it('purges by tenant and by tag', () => {
    const store = new MemoryCacheStore({ now: () => 0 });
    store.set('a', '1', answer('1', { tags: ['orders'] }));
    store.set('a', '2', answer('2'));
    store.set('b', '1', answer('1', { tags: ['orders'] }));
    store.purge('a', 'orders');
    expect([store.get('a', '1'), store.get('a', '2')?.body]).toEqual([undefined, '2']);
    store.purge('a');
    expect([store.bytesOf('a'), store.get('b', '1')?.body]).toEqual([0, '1']);
  });

  it.each(['maxBytesPerTenant', 'maxBytes'])('refuses %s below 1,024', (option) => {
    expect(() => new MemoryCacheStore({ [option]: 10 })).toThrow(`MemoryCacheStore.${option}`);
  });
});

describe('the response cache', () => {
  it('computes once for 100 concurrent misses', async () => {
    const cache = new TenantResponseCache(new MemoryCacheStore({ now: () => 0 }));
    let calls = 0;
    const compute = async (): Promise<CachedResponse> => {
      calls += 1;
      await Promise.resolve();
      return answer('1');
    };
    const found = await Promise.all(Array.from({ length: 100 }, () => cache.find('a', 'k', compute)));
    expect([calls, found.filter(({ isOwn }) => isOwn).length]).toEqual([1, 1]);
    expect(found.every(({ response }) => response?.body === '1')).toBe(true);
    expect(cache.stats()).toMatchObject({ hits: 99, misses: 1 });
  });

  it('shares neither an answer that must not be kept, nor an error', async () => {
    const cache = new TenantResponseCache(new MemoryCacheStore());
    const failing = cache.find('a', 'k', () => Promise.reject(new Error('broken')));
    const other = cache.find('a', 'k', () => Promise.resolve(answer()));
    await expect(failing).rejects.toThrow('broken');
    await expect(other).resolves.toEqual({ isOwn: false, response: undefined });
    await expect(cache.find('a', 'k', () => Promise.resolve(undefined))).resolves.toEqual({
      isOwn: true,
      response: undefined,
    });
  });

  it('does not keep an answer that was being computed while the tenant was purged', async () => {
    const cache = new TenantResponseCache(new MemoryCacheStore({ now: () => 0 }));
    let finish: (response: CachedResponse) => void = () => undefined;
    const before = cache.find('a', 'k', () => new Promise((resolve) => (finish = resolve)));
    await new Promise(setImmediate);
    await cache.purge('a');
    const after = cache.find('a', 'k', () => Promise.resolve(answer('"new"')));
    finish(answer('"old"'));
    expect((await before).response?.body).toBe('"old"');
    expect((await after).response?.body).toBe('"new"');
    expect((await cache.find('a', 'k', () => Promise.resolve(answer('"newer"')))).response?.body).toBe('"new"');
  });

  it('answers without a store that fails, with one warning', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const fail = (): never => {
      throw new Error('store down');
    };
    const store: ResponseCacheStore = { get: fail, set: fail, purge: fail };
    const cache = new TenantResponseCache(store);
    for (let index = 0; index < 3; index += 1)
      expect((await cache.find('a', 'k', () => Promise.resolve(answer('1')))).response?.body).toBe('1');
    expect(warn).toHaveBeenCalledTimes(1);
    await expect(cache.purge('a')).rejects.toThrow('store down');
    warn.mockRestore();
  });
});

describe('the key of an answer', () => {
  const parts = { tenantId: 'a', generation: 1, method: 'GET', url: '/x?b=1&a=2', headers: ['de'], principal: null };

  it.each([
    ['tenant', { tenantId: 'b' }],
    ['generation of the record', { generation: 2 }],
    ['path', { url: '/y?b=1&a=2' }],
    ['query', { url: '/x?b=1&a=3' }],
    ['order of members of one name', { url: '/x?b=1&a=2&b=0' }],
    ['chosen header', { headers: ['en'] }],
    ['user', { principal: 'u1' }],
  ])('differs by %s', (_what, change) => {
    expect(cacheKey({ ...parts, ...change })).not.toBe(cacheKey(parts));
  });

  it('is the same for the members of a query in another order', () => {
    expect(cacheKey({ ...parts, url: '/x?a=2&b=1' })).toBe(cacheKey(parts));
  });

  it('names a user only where authentication has read the credentials', () => {
    const headers = { authorization: 'Bearer x' };
    expect(principalOf({ headers })).toBeUndefined();
    expect(principalOf({ headers: {} })).toBeNull();
    expect(principalOf({ headers, user: { sub: 'u1' } })).toBe('string u1');
    expect(principalOf({ headers, user: { id: 1 } })).not.toBe(principalOf({ headers, user: { id: '1' } }));
    expect(principalOf({ headers, user: { name: 'x' } })).toBeUndefined();
  });
});

describe('an answer', () => {
  it.each([
    ['Set-Cookie', { 'set-cookie': 'a=b' }],
    ['no-store', { 'cache-control': 'private, no-store' }],
    ['a Vary that is not distinguished', { vary: 'accept-encoding' }],
    ['Vary: *', { vary: '*' }],
  ])('is not kept with %s', (_what, after) => {
    expect(cacheableHeaders({}, after, ['accept-language'])).toBeUndefined();
  });

  it('keeps the headers that its handler has set', () => {
    const before = { 'x-request-id': '1', vary: 'Origin' };
    const after = { 'x-request-id': '1', 'x-total': 5, vary: 'Origin, Accept-Language', 'content-length': 3 };
    expect(cacheableHeaders(before, after, ['accept-language'])).toEqual({
      'x-total': '5',
      vary: 'Origin, Accept-Language',
    });
    expect(withVary('Origin', ['accept-language'])).toBe('origin, accept-language');
  });

  it('is known to a client that sends its entity tag, weak or strong', () => {
    const etag = entityTag('x');
    expect([isKnown(undefined, etag), isKnown('"y"', etag)]).toEqual([false, false]);
    expect([isKnown(`"y", ${etag}`, etag), isKnown(etag.slice(2), etag), isKnown('*', etag)]).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe('@TenantCache', () => {
  it.each([
    ['ttlMs', { ttlMs: 0 }],
    ['ttlMs', { ttlMs: 2 ** 31 }],
    ['ttlMs', {}],
    ['vary', { ttlMs: 1, vary: ['a b'] }],
    ['tags', { ttlMs: 1, tags: [''] }],
  ])('refuses a wrong %s', (argument, options) => {
    expect(() => TenantCache(options as { ttlMs: number })).toThrow(
      expect.objectContaining({ code: 'MT_ARGUMENT_INVALID', argument }) as Error,
    );
  });
});
