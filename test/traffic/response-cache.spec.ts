import { TenantResponseCache, TrafficStatus } from '@tenantry/traffic';
import { ADAPTERS, call } from '../support/http.js';
import type { HttpAnswer } from '../support/http.js';
import { startTrafficApp } from './support/traffic-app.js';
import type { TrafficApp } from './support/traffic-app.js';

describe.each(ADAPTERS)('the response cache on %s', (adapter) => {
  let traffic: TrafficApp;

  beforeEach(async () => void (traffic = await startTrafficApp(adapter)));
  afterEach(() => traffic.app.close());

  const get = (path: string, headers: Record<string, string> = {}): Promise<HttpAnswer> =>
    call(traffic.app, path, { headers });

  it('answers a tenant from its own answers, and never from those of another', async () => {
    const first = await get('/t/gold.com/cached?q=1');
    expect(first.json).toEqual({ tenant: 'gold', call: 1 });
    expect((await get('/t/gold.com/cached?q=1')).json).toEqual({ tenant: 'gold', call: 1 });
    expect((await get('/t/free.com/cached?q=1')).json).toEqual({ tenant: 'free', call: 2 });
    expect(traffic.app.get(TrafficStatus).report().cache).toEqual({ hits: 1, misses: 2, uncacheable: 0 });
  });

  it('runs the handler once for 100 concurrent misses', async () => {
    traffic.calls.wait = () => new Promise((resolve) => setImmediate(resolve));
    const answers = await Promise.all(Array.from({ length: 100 }, () => get('/t/gold.com/cached?q=1')));
    expect([traffic.calls.count, new Set(answers.map(({ text }) => text)).size]).toEqual([1, 1]);
  });

  it('answers 304 to a client that has the answer, and sends its validators', async () => {
    const { headers } = await get('/t/gold.com/cached?q=1', { 'accept-language': 'de' });
    expect(headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: 'accept-language', 'x-total': '1' });
    const known = await get('/t/gold.com/cached?q=1', {
      'accept-language': 'de',
      'if-none-match': String(headers['etag']),
    });
    expect([known.status, known.text, traffic.calls.count]).toEqual([304, '', 1]);
    const other = await get('/t/gold.com/cached?q=2', { 'if-none-match': String(headers['etag']) });
    expect(other.status).toBe(200);
  });

  it('distinguishes the headers of vary, and the users of a tenant', async () => {
    const bodies = [
      await get('/t/gold.com/cached', { 'accept-language': 'de' }),
      await get('/t/gold.com/cached', { 'accept-language': 'en' }),
      await get('/t/gold.com/cached', { 'accept-language': 'en', 'x-user': 'a' }),
      await get('/t/gold.com/cached', { 'accept-language': 'en', 'x-user': 'b' }),
    ].map(({ json }) => (json as { call: number }).call);
    expect(bodies).toEqual([1, 2, 3, 4]);
    await get('/t/gold.com/public', { 'x-user': 'a' });
    await get('/t/gold.com/public', { 'x-user': 'b' });
    expect(traffic.calls.count).toBe(5);
  });

  it('keeps no answer for credentials that no authentication has read', async () => {
    for (let index = 0; index < 2; index += 1) await get('/t/gold.com/cached', { authorization: 'Bearer x' });
    expect(traffic.calls.count).toBe(2);
  });

  it.each(['fails', 'cookie', 'private'])('keeps no answer that %s', async (q) => {
    const statuses = [(await get(`/t/gold.com/cached?q=${q}`)).status, (await get(`/t/gold.com/cached?q=${q}`)).status];
    expect(new Set(statuses)).toEqual(new Set([q === 'fails' ? 500 : 200]));
    expect(traffic.calls.count).toBe(2);
  });

  it('sends the headers that the handler has set with a cached answer', async () => {
    await get('/t/gold.com/cached?q=header');
    expect((await get('/t/gold.com/cached?q=header')).headers).toMatchObject({ 'x-made': '1' });
  });

  it('purges by tenant and by tag, and after every change of the tenant', async () => {
    const cache = traffic.app.get(TenantResponseCache);
    const calls = async (tenant: string): Promise<number> =>
      ((await get(`/t/${tenant}.com/cached`)).json as { call: number }).call;
    expect([await calls('gold'), await calls('free')]).toEqual([1, 2]);
    await cache.purge('gold', 'things');
    expect([await calls('gold'), await calls('free')]).toEqual([3, 2]);
    await cache.purge('gold', 'else');
    expect(await calls('gold')).toBe(3);
    await traffic.catalog.update('gold', { name: 'Gold' });
    expect(await calls('gold')).toBe(4);
  });

  it('leaves POST alone', async () => {
    const post = (): Promise<HttpAnswer> =>
      call(traffic.app, '/t/gold.com/work', {
        method: 'POST',
        body: { a: 1 },
        headers: { 'content-type': 'application/json' },
      });
    expect((await post()).json).toEqual({ tenant: 'gold', body: { a: 1 } });
  });
});
