import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { CachedTenantCatalog } from '@tenantry/core';
import { TenantProbes } from '@tenantry/core/spi';
import { ManualClock } from '@tenantry/testing';
import { ADAPTERS, call, portOf } from '../support/http.js';
import { until } from '../support/until.js';
import { CollectedMetrics } from './support/collected.js';
import { ObservedCatalog, startObserved } from './support/observed-app.js';
import type { ObservedApp } from './support/observed-app.js';
import { sendPipelined } from './support/pipelined.js';

const DURATION = 'tenantry.request.duration';

describe.each(ADAPTERS)('the metrics of requests on %s', (adapter) => {
  const metrics = new CollectedMetrics();
  const clock = new ManualClock();
  let observed: ObservedApp;

  beforeAll(async () => {
    observed = await startObserved(adapter, { meterProvider: metrics.provider, clock });
    await observed.catalog.create({ id: 'gone', domain: 'gone.com' });
    await observed.catalog.suspend('gone');
  });
  afterAll(async () => {
    await observed.app.close();
    await metrics.close();
  });

  it('count every request once, by outcome and tenant', async () => {
    const get = (path: string, tenant?: string): Promise<unknown> =>
      call(observed.app, path, tenant === undefined ? {} : { headers: { 'x-tenant': tenant } });
    const calls: [string, string?][] = [
      ...Array.from({ length: 7 }, () => ['/plain', 'foo'] as [string, string]),
      ...Array.from({ length: 3 }, () => ['/client', 'bar'] as [string, string]),
      ['/plain/broken', 'foo'],
      ['/plain', 'missing'],
      ['/plain', 'gone'],
      ['/plain'],
      ['/nowhere', 'foo'],
      ['/health/live'],
    ];
    for (const [path, tenant] of calls) await get(path, tenant);
    await until(async () => (await metrics.total(DURATION)) >= calls.length);
    expect(await metrics.total(DURATION)).toBe(calls.length);
    const series = await metrics.of(DURATION);
    expect(Object.fromEntries(series.map(({ labels, value }) => [JSON.stringify(labels), value]))).toEqual({
      '{"outcome":"success","tenant":"foo"}': 7,
      '{"outcome":"success","tenant":"bar"}': 3,
      '{"outcome":"server_error","tenant":"foo"}': 1,
      '{"outcome":"client_error"}': 3,
      '{"outcome":"client_error","tenant":"foo"}': 1,
      '{"outcome":"success"}': 1,
    });
  });

  it('count a refusal by its code, once for each request', async () => {
    const series = await metrics.of('tenantry.resolution.refusals');
    expect(Object.fromEntries(series.map(({ labels, value }) => [String(labels['code']), value]))).toEqual({
      MT_TENANT_UNKNOWN: 1,
      MT_TENANT_SUSPENDED: 1,
      MT_TENANT_REQUIRED: 1,
    });
  });

  it('count a request whose client hangs up before it is answered as aborted', async () => {
    let isAsked = (): void => undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    let answer = (): void => undefined;
    observed.catalog.peekByIdentifier = (() => undefined) as never;
    observed.catalog.findByIdentifier = () =>
      new Promise((resolve) => {
        isAsked();
        answer = () => resolve(null);
      });
    const socket = connect(portOf(observed.app), '127.0.0.1');
    socket.write('GET /plain HTTP/1.1\r\nHost: x\r\nX-Tenant: slow\r\n\r\n');
    await asked;
    socket.destroy();
    await once(socket, 'close');
    await until(async () => (await metrics.total(DURATION, { outcome: 'aborted' })) === 1);
    answer();
    Reflect.deleteProperty(observed.catalog, 'peekByIdentifier');
    Reflect.deleteProperty(observed.catalog, 'findByIdentifier');
  });
});

describe('the metrics of an application', () => {
  const metrics = new CollectedMetrics();
  const clock = new ManualClock();
  const source = new ObservedCatalog([
    { id: 'foo', domain: 'foo.com' },
    { id: 'bar', domain: 'bar.com' },
  ]);
  const cache = new CachedTenantCatalog(source, { clock, ttlMs: 1_000 });
  let fails = false;
  let observed: ObservedApp;

  beforeAll(async () => {
    observed = await startObserved(
      'fastify',
      { meterProvider: metrics.provider, clock, node: 'node-1', name: 'shop' },
      {
        core: { catalog: cache, clock },
        db: {
          create: async ({ id }) => {
            clock.advance(250);
            if (fails) throw new Error('refused');
            return { of: id };
          },
        },
      },
    );
  });
  afterAll(async () => {
    await observed.app.close();
    await metrics.close();
  });

  it('count clients by kind and state, and the tenants that have one', async () => {
    const lease = await observed.db.acquire('foo');
    await observed.db.create('bar', {}).catch(() => observed.db.acquire('bar').then((bar) => bar.release()));
    expect(await metrics.total('tenantry.client.count', { kind: 'db', state: 'ready' })).toBe(2);
    expect(await metrics.total('tenantry.client.count', { state: 'creating' })).toBe(0);
    expect(await metrics.total('tenantry.client.leases', { kind: 'db' })).toBe(1);
    expect(await metrics.total('tenantry.client.waiting', { kind: 'db' })).toBe(0);
    expect(await metrics.total('tenantry.tenant.loaded')).toBe(2);
    const evicted = observed.db.evict('foo');
    expect(await metrics.total('tenantry.client.count', { state: 'draining' })).toBe(1);
    lease.release();
    await evicted;
    expect(await metrics.total('tenantry.client.evictions', { kind: 'db', cause: 'invalidated' })).toBe(1);
    expect(await metrics.total('tenantry.tenant.loaded')).toBe(1);
  });

  it('measure how long creations took, in seconds, with their outcome', async () => {
    await observed.db.add('baz', { of: 'baz' });
    fails = true;
    await expect(observed.db.acquire('foo')).rejects.toMatchObject({ code: 'MT_CLIENT_CREATE_FAILED' });
    await until(async () => (await metrics.total('tenantry.client.create.duration', { outcome: 'failure' })) === 1);
    const series = await metrics.of('tenantry.client.create.duration');
    expect(series).toEqual([
      { labels: { application: 'shop', kind: 'db', outcome: 'success' }, value: 2, sum: 0.5 },
      { labels: { application: 'shop', kind: 'db', outcome: 'failure' }, value: 1, sum: 0.25 },
    ]);
  });

  it('count look-ups by how they ended, and say how stale the cache is while the catalog is down', async () => {
    const get = async (tenant: string): Promise<number> =>
      (await call(observed.app, '/plain', { headers: { 'x-tenant': tenant } })).status;
    const before = async (outcome: string): Promise<number> => metrics.total('tenantry.catalog.lookups', { outcome });
    const [found, cached, unknown, failed] = await Promise.all(['found', 'cached', 'unknown', 'failed'].map(before));
    expect([await get('bar'), await get('bar'), await get('missing')]).toEqual([200, 200, 404]);
    expect(await metrics.total('tenantry.catalog.staleness')).toBe(0);
    source.outage = true;
    expect(await get('nowhere')).toBe(503);
    clock.advance(3_000);
    expect(await get('bar')).toBe(200);
    expect(await metrics.total('tenantry.catalog.staleness')).toBe(3);
    source.outage = false;
    expect(await get('nowhere')).toBe(404);
    expect(await metrics.total('tenantry.catalog.staleness')).toBe(0);
    expect(await Promise.all(['found', 'cached', 'unknown', 'failed'].map(before))).toEqual([
      Number(found) + 2,
      Number(cached) + 1,
      Number(unknown) + 2,
      Number(failed) + 1,
    ]);
  });

  it('have the lag of the node by the probe of what follows changes, and none without it', async () => {
    expect(await metrics.of('tenantry.sync.lag')).toEqual([]);
    observed.app.get(TenantProbes).add({ name: 'sync', stats: () => ({ lagMs: 1_500 }) });
    expect(await metrics.of('tenantry.sync.lag')).toEqual([
      { labels: { application: 'shop', node: 'node-1' }, value: 1.5, sum: undefined },
    ]);
  });

  it('have the names and units that the guide lists, each once', async () => {
    await call(observed.app, '/plain');
    await until(async () => (await metrics.total('tenantry.resolution.refusals')) > 0);
    const guide = readFileSync('docs/guides/observability.md', 'utf8');
    const listed = [...guide.matchAll(/^\| `(tenantry\.[a-z_.]+)` +\| [a-z]+(, s)? +\|/gm)];
    const descriptors = await metrics.descriptors();
    expect(descriptors.length).toBeGreaterThan(9);
    expect(new Set(descriptors.map(({ name }) => name)).size).toBe(descriptors.length);
    expect(listed.map(([, name, unit]) => [name, unit === undefined ? '' : 's'])).toEqual(
      expect.arrayContaining(descriptors.map(({ name, unit }) => [name, unit])),
    );
  });
});

describe('the cap of the label tenant', () => {
  it.each([
    ['the first hundred of 10,000 tenants by default', 10_000, undefined, 101],
    ['as many as are asked for', 500, { top: 7 }, 8],
    ['those of a list', 500, { allow: ['t499', 't1'] }, 3],
    ['none', 500, 'off', 0],
  ] as const)('gives %s a value of their own, and loses no request', async (_, tenants, tenantLabel, values) => {
    const ids = Array.from({ length: tenants }, (_each, n) => `t${n}`);
    const metrics = new CollectedMetrics();
    const options = { meterProvider: metrics.provider, ...(tenantLabel !== undefined && { tenantLabel }) };
    const { app } = await startObserved('fastify', options, { tenants: ids });
    try {
      const statuses = await sendPipelined(portOf(app), '/plain', ids);
      expect(statuses.filter((status) => status === 200)).toHaveLength(ids.length);
      await until(async () => (await metrics.total(DURATION)) === ids.length);
      const labels = (await metrics.of(DURATION)).map((series) => series.labels['tenant']);
      expect(new Set(labels.filter((tenant) => tenant !== undefined)).size).toBe(values);
      if (values > 0) expect(await metrics.total(DURATION, { tenant: 'other' })).toBe(ids.length - values + 1);
    } finally {
      await app.close();
      await metrics.close();
    }
  });

  it('counts a tenant with the id "other" among the others', async () => {
    const metrics = new CollectedMetrics();
    const { app } = await startObserved('express', { meterProvider: metrics.provider }, { tenants: ['other', 'foo'] });
    await sendPipelined(portOf(app), '/plain', ['other', 'foo', 'other']);
    await until(async () => (await metrics.total(DURATION)) === 3);
    expect(await metrics.total(DURATION, { tenant: 'other' })).toBe(2);
    await app.close();
    await metrics.close();
  });
});
