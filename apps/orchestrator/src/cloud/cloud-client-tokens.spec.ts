import { Logger } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { CloudApiMonitor, createCloudApi } from '@tenantry/cloud-api';
import { CloudClient } from './cloud-client.js';

Logger.overrideLogger(false);

const clients = ['foo', 'bar'].map((account) => ({
  clientId: `${account}-client`,
  clientSecret: `${account}:secret/with+odd%characters`,
  account,
}));

describe('the token of a cloud client', () => {
  let app: INestApplication;
  let monitor: CloudApiMonitor;
  let nowMs: number;
  const open: CloudClient[] = [];

  async function start(tokenLifetimeSeconds: number): Promise<void> {
    nowMs = 1_000_000;
    app = await createCloudApi({ clients, tokenLifetimeSeconds, clock: () => nowMs });
    monitor = app.get(CloudApiMonitor);
    await app.listen(0, '127.0.0.1');
  }

  async function clientOf(account: string): Promise<CloudClient> {
    const credentials = clients.find((one) => one.account === account);
    if (!credentials) throw new Error(`no credentials for ${account}`);
    const client = new CloudClient({ baseUrl: await app.getUrl(), ...credentials, clock: () => nowMs });
    open.push(client);
    return client;
  }

  const tokenRequests = (account = 'foo'): number => monitor.countsOf(account).tokenRequests;
  const apiRequests = (account = 'foo'): number => monitor.countsOf(account).apiRequests;

  afterEach(async () => {
    await Promise.all(open.splice(0).map((client) => client.close()));
    await app.close();
  });

  it('is fetched once for 100 concurrent first calls', async () => {
    await start(300);
    const client = await clientOf('foo');
    const pages = await Promise.all(Array.from({ length: 100 }, () => client.listServers()));
    expect(pages).toHaveLength(100);
    expect(tokenRequests()).toBe(1);
    expect(apiRequests()).toBe(100);
  });

  it('is not fetched before the first call', async () => {
    await start(300);
    await clientOf('foo');
    expect(tokenRequests()).toBe(0);
  });

  it.each([
    { lifetimeSeconds: 300, refreshAfterMs: 270_000 },
    { lifetimeSeconds: 61, refreshAfterMs: 31_000 },
    { lifetimeSeconds: 60, refreshAfterMs: 30_000 },
    { lifetimeSeconds: 59, refreshAfterMs: 29_500 },
    { lifetimeSeconds: 10, refreshAfterMs: 5_000 },
    { lifetimeSeconds: 1, refreshAfterMs: 500 },
  ])(
    'that lives $lifetimeSeconds s is replaced after $refreshAfterMs ms',
    async ({ lifetimeSeconds, refreshAfterMs }) => {
      await start(lifetimeSeconds);
      const client = await clientOf('foo');
      await client.listServers();
      nowMs += refreshAfterMs - 1;
      await client.listServers();
      expect(tokenRequests()).toBe(1);
      nowMs += 1;
      await Promise.all(Array.from({ length: 20 }, () => client.listServers()));
      expect(tokenRequests()).toBe(2);
    },
  );

  it('is fetched again by the next call when a fetch failed', async () => {
    await start(300);
    const client = await clientOf('foo');
    monitor.failAccount('foo', 503, 'token');
    await expect(client.listServers()).rejects.toMatchObject({ kind: 'unavailable', status: 503 });
    monitor.failAccount('foo', null, 'token');
    await expect(client.listServers()).resolves.toEqual({ items: [], next: null });
    expect(tokenRequests()).toBe(2);
  });

  it('is dropped after a 401 and fetched once more for all calls that received it', async () => {
    await start(300);
    const client = await clientOf('foo');
    await client.listServers();
    monitor.revokeTokens('foo');
    const pages = await Promise.all(Array.from({ length: 50 }, () => client.listServers()));
    expect(pages).toHaveLength(50);
    expect(tokenRequests()).toBe(2);
    await client.listServers();
    expect(tokenRequests()).toBe(2);
  });

  it('is retried once after a 401 and only once', async () => {
    await start(300);
    const client = await clientOf('foo');
    monitor.failAccount('foo', 401);
    await expect(client.listServers()).rejects.toMatchObject({ kind: 'refused', status: 401 });
    expect({ token: tokenRequests(), api: apiRequests() }).toEqual({ token: 2, api: 2 });
  });

  it('makes a POST run once only, although the first attempt was answered 401', async () => {
    await start(300);
    const client = await clientOf('foo');
    await client.listServers();
    monitor.revokeTokens('foo');
    await client.createServer({ name: 'web' });
    expect((await client.listServers()).items).toHaveLength(1);
  });

  it.each([500, 503, 429, 403])('is kept, and nothing is retried, after a %i', async (status) => {
    await start(300);
    const client = await clientOf('foo');
    monitor.failAccount('foo', status);
    await expect(client.createServer({ name: 'web' })).rejects.toMatchObject({ status });
    expect({ token: tokenRequests(), api: apiRequests() }).toEqual({ token: 1, api: 1 });
  });

  it('is still fetched for the other callers when one caller aborts', async () => {
    await start(300);
    const client = await clientOf('foo');
    const hold = monitor.holdAccount('foo', 'token');
    const reason = new Error('the browser went away');
    const impatient = new AbortController();
    const aborted = client.listServers({}, { signal: impatient.signal });
    const patient = client.listServers();
    await hold.firstArrival;
    impatient.abort(reason);
    await expect(aborted).rejects.toMatchObject({ kind: 'aborted', cause: reason });
    hold.release();
    await expect(patient).resolves.toEqual({ items: [], next: null });
    expect(tokenRequests()).toBe(1);
  });

  it('opens its own account only', async () => {
    await start(300);
    const [foo, bar] = await Promise.all([clientOf('foo'), clientOf('bar')]);
    const [web, mail] = await Promise.all([foo.createServer({ name: 'web' }), bar.createServer({ name: 'mail' })]);
    const rounds = Array.from({ length: 50 }, () => Promise.all([foo.listServers(), bar.listServers()]));
    for (const [ofFoo, ofBar] of await Promise.all(rounds)) {
      expect(ofFoo.items).toEqual([web]);
      expect(ofBar.items).toEqual([mail]);
    }
    await expect(foo.getServer(mail.id)).rejects.toMatchObject({ kind: 'not-found', status: 404 });
    await expect(foo.deleteServer(mail.id)).rejects.toMatchObject({ kind: 'not-found', status: 404 });
    expect([tokenRequests('foo'), tokenRequests('bar')]).toEqual([1, 1]);
  });

  it('of one tenant is not touched by the failure of another', async () => {
    await start(300);
    const [foo, bar] = await Promise.all([clientOf('foo'), clientOf('bar')]);
    monitor.failAccount('foo', 503, 'token');
    await expect(foo.listServers()).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(bar.listServers()).resolves.toEqual({ items: [], next: null });
  });
});
