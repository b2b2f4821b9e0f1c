import { Injectable } from '@nestjs/common';
import { InMemoryTenantCatalog, SUPER_TENANT_ID } from '@tenantry/core';
import type { TenantEntry } from '@tenantry/core/spi';
import { lane, Maintenance, pass, refuse, TrafficModule, TrafficStatus } from '@tenantry/traffic';
import type { CrossTenantHandler, TrafficOptions, TrafficVerdict } from '@tenantry/traffic';
import { request } from 'node:http';
import { ADAPTERS, call, portOf } from '../support/http.js';
import type { HttpCall } from '../support/http.js';
import { until } from '../support/until.js';
import { startTrafficApp } from './support/traffic-app.js';
import type { TrafficApp } from './support/traffic-app.js';

const rate = { requests: 2, perMs: 60_000 };

describe.each(ADAPTERS)('traffic on %s', (adapter) => {
  const started: TrafficApp[] = [];
  const start = async (
    ...[options, tenants]: Parameters<typeof startTrafficApp> extends [unknown, ...infer R] ? R : never
  ): Promise<TrafficApp> => {
    const app = await startTrafficApp(adapter, options, tenants);
    started.push(app);
    return app;
  };
  const get = ({ app }: TrafficApp, path: string, options: HttpCall = {}): ReturnType<typeof call> =>
    call(app, path, options);

  afterEach(async () => {
    for (const { app } of started.splice(0)) await app.close();
  });

  it('asks the handlers of the operator first, for every request, and those of the tenant only behind them', async () => {
    const lines: string[] = [];
    const handler = (name: string, verdict: (entry: TenantEntry) => TrafficVerdict): CrossTenantHandler => ({
      handle: (entry) => {
        lines.push(`${name} ${entry.tenant?.id ?? 'none'}`);
        return verdict(entry);
      },
    });
    @Injectable()
    class Blocked implements CrossTenantHandler {
      handle({ tenant }: TenantEntry): TrafficVerdict {
        lines.push(`class ${tenant?.id ?? 'none'}`);
        return tenant?.id === 'free' ? refuse('Not today.') : pass();
      }
    }
    const app = await start({
      crossTenant: [handler('first', pass), Blocked],
      tenantHandlers: [handler('tenant', pass)],
    });
    expect((await get(app, '/health')).text).toBe('ok');
    expect((await get(app, '/t/gold.com/work')).json).toEqual({ tenant: 'gold' });
    expect(await get(app, '/t/free.com/work')).toMatchObject({
      status: 403,
      json: { code: 'MT_TRAFFIC_REFUSED', detail: 'Not today.' },
    });
    expect((await get(app, '/t/unknown.com/work')).status).toBe(404);
    expect(lines).toEqual([
      'first none',
      'class none',
      'first gold',
      'class gold',
      'tenant gold',
      'first free',
      'class free',
      'first none',
      'class none',
    ]);
  });

  it('answers 503 with Retry-After and an own text for a tenant in maintenance, and for all of them', async () => {
    const app = await start();
    const maintenance = app.app.get(Maintenance);
    maintenance.begin({ tenantId: 'gold', text: 'Gold moves to a larger server.', retryAfterMs: 120_000 });
    expect(await get(app, '/t/gold.com/work')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '120' },
      json: { code: 'MT_MAINTENANCE', detail: 'Gold moves to a larger server.' },
    });
    expect((await get(app, '/t/free.com/work')).status).toBe(200);
    maintenance.begin({ text: 'Back at noon.' });
    expect(await get(app, '/t/free.com/work')).toMatchObject({ status: 503, headers: { 'retry-after': '60' } });
    expect((await get(app, '/health')).status).toBe(200);
    expect((await get(app, '/work', { headers: { 'x-tenant': SUPER_TENANT_ID } })).status).not.toBe(503);
    maintenance.end();
    maintenance.end('gold');
    expect((await get(app, '/t/gold.com/work')).status).toBe(200);
  });

  it('refuses with 429 and Retry-After beyond the rate of the plan, and leaves other tenants alone', async () => {
    const app = await start({ plans: { free: { rate }, gold: {} }, rateHeaders: true });
    const first = await get(app, '/t/free.com/work');
    expect(first.headers).toMatchObject({
      'ratelimit-policy': '"rate-2-60000";q=2;w=60',
      ratelimit: '"rate-2-60000";r=1;t=30',
    });
    expect((await get(app, '/t/free.com/work')).status).toBe(200);
    const refused = await get(app, '/t/free.com/work');
    expect(refused).toMatchObject({ status: 429, json: { code: 'MT_RATE_EXCEEDED' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await get(app, '/t/gold.com/work')).status).toBe(200);
    expect(app.app.get(TrafficStatus).report().rates).toEqual({ allowed: 2, refused: 1 });
  });

  it('follows a change of the plan of a tenant at once', async () => {
    const app = await start({ plans: { free: { rate }, gold: {} } });
    for (let index = 0; index < 3; index += 1) await get(app, '/t/free.com/work');
    expect((await get(app, '/t/free.com/work')).status).toBe(429);
    await app.catalog.update('free', { plan: 'gold' });
    expect((await get(app, '/t/free.com/work')).status).toBe(200);
    await app.catalog.update('free', { plan: 'free' });
    expect((await get(app, '/t/free.com/work')).status).toBe(429);
  });

  it('counts limits of the tenant’s own beside those of its plan', async () => {
    const app = await start({ plans: { free: {} } });
    await app.catalog.update('free', { settings: { traffic: { rate } } });
    const statuses: number[] = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await get(app, '/t/free.com/work')).status);
    expect(statuses).toEqual([200, 200, 429]);
    await app.catalog.update('free', { settings: { traffic: { rate: { requests: -1, perMs: 1 } } } });
    expect((await get(app, '/t/free.com/work')).status).toBe(200);
  });

  it('counts a handler with @TrafficCost as so many requests, behind authentication', async () => {
    const app = await start({ plans: { free: { rate: { requests: 6, perMs: 60_000 } } } });
    expect((await get(app, '/t/free.com/expensive')).status).toBe(200);
    expect((await get(app, '/t/free.com/work')).status).toBe(200);
    expect((await get(app, '/t/free.com/work')).status).toBe(429);
  });

  it('limits each user of a tenant, and each route', async () => {
    const app = await start({ plans: { free: { userRate: rate }, gold: { userRate: rate } } });
    const as = (user: string, tenant = 'free'): Promise<number> =>
      get(app, `/t/${tenant}.com/work`, { headers: { 'x-user': user } }).then(({ status }) => status);
    expect([await as('a'), await as('a'), await as('a')]).toEqual([200, 200, 429]);
    expect([await as('b'), await as('a', 'gold')]).toEqual([200, 200]);
    expect((await get(app, '/t/free.com/limited')).status).toBe(200);
    expect((await get(app, '/t/free.com/limited')).status).toBe(429);
    expect((await get(app, '/t/gold.com/limited')).status).toBe(200);
  });

  it('lets requests wait for their turn, each in its own context, and health and the super tenant in a lane of their own', async () => {
    const tenants = Array.from({ length: 10 }, (_, index) => ({ id: `t${index}`, domain: `t${index}.com` }));
    const app = await start({ fairness: { maxInFlight: 4 } }, tenants);
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, index) => get(app, `/t/t${index % 10}.com/work`)),
    );
    expect(answers.filter(({ json }, index) => (json as { tenant: string }).tenant !== `t${index % 10}`)).toEqual([]);
    let open: () => void = () => undefined;
    app.calls.wait = () => new Promise((resolve) => (open = resolve));
    const waiting = get(app, '/t/gold.com/work');
    await until(() => app.app.get(TrafficStatus).report().admission.inFlight === 1);
    expect(app.app.get(TrafficStatus).report().admission.lanes).toMatchObject([{ name: 'gold', inFlight: 1 }]);
    open();
    await waiting;
    await until(() => app.app.get(TrafficStatus).report().admission.inFlight === 0);
    expect((await get(app, '/health')).text).toBe('ok');
  });

  it('frees the place of a client that has gone while it waited; its handler does not run', async () => {
    const app = await start({ fairness: { maxInFlight: 1 } });
    let open: () => void = () => undefined;
    app.calls.wait = () => new Promise((resolve) => (open = resolve));
    const first = get(app, '/t/gold.com/work');
    const status = app.app.get(TrafficStatus);
    await until(() => app.calls.count === 1);
    const gone = request({ port: portOf(app.app), host: '127.0.0.1', path: '/t/other.com/work' });
    gone.on('error', () => undefined).end();
    await until(() => status.report().admission.queued === 1);
    gone.destroy();
    await until(() => status.report().admission.queued === 0);
    open();
    await first;
    expect(app.calls.count).toBe(1);
  });

  it('refuses with 429 where the tenant’s own queue is full, and with 503 where that of all is', async () => {
    const app = await start({ fairness: { maxInFlight: 1, maxQueued: 2, maxQueuedPerTenant: 1 } });
    let open: () => void = () => undefined;
    app.calls.wait = () => new Promise((resolve) => (open = resolve));
    const status = app.app.get(TrafficStatus);
    const queued = (count: number): Promise<void> => until(() => status.report().admission.queued === count);
    const kept = [get(app, '/t/gold.com/work')];
    await until(() => app.calls.count === 1);
    kept.push(get(app, '/t/gold.com/work'));
    await queued(1);
    expect(await get(app, '/t/gold.com/work')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
      json: { code: 'MT_QUEUE_FULL' },
    });
    kept.push(get(app, '/t/other.com/work'));
    await queued(2);
    expect(await get(app, '/t/free.com/work')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      json: { code: 'MT_OVERLOADED' },
    });
    app.calls.wait = () => Promise.resolve();
    open();
    expect((await Promise.all(kept)).map(({ status: each }) => each)).toEqual([200, 200, 200]);
  });

  it('puts requests into the lane that a handler names', async () => {
    const app = await start({ crossTenant: [{ handle: () => lane('sla', 8) }] });
    app.calls.wait = () => until(() => app.app.get(TrafficStatus).report().admission.inFlight === 2);
    await Promise.all([get(app, '/t/gold.com/work'), get(app, '/t/free.com/work')]);
    app.calls.wait = async () =>
      expect(app.app.get(TrafficStatus).report().admission.lanes).toMatchObject([{ name: 'lane:sla', weight: 8 }]);
    expect((await get(app, '/t/gold.com/work')).status).toBe(200);
  });

  it('creates no lane and no limit for unknown tenants', async () => {
    const app = await start({ plans: { standard: { rate } } });
    for (let index = 0; index < 50; index += 1) await get(app, `/t/unknown-${index}.com/work`);
    expect(app.app.get(TrafficStatus).report()).toMatchObject({
      admission: { lanes: [] },
      rates: { allowed: 0, refused: 0 },
    });
  });

  it('starts without fairness where it is false', async () => {
    const app = await start({ fairness: false });
    expect((await get(app, '/t/gold.com/work')).status).toBe(200);
  });
});

describe('the options of TrafficModule', () => {
  it.each<readonly [string, unknown]>([
    ['plans.free.weight', { plans: { free: { weight: 0 } } }],
    ['fairness.maxWaitMs', { fairness: { maxWaitMs: 2 ** 31 } }],
    ['rateStore', { rateStore: {} }],
    ['cacheStore', { cacheStore: { get: () => undefined } }],
    ['rateHeaders', { rateHeaders: 'yes' }],
    ['principal', { principal: 'sub' }],
    ['defaultPlan', { defaultPlan: '' }],
  ])('are refused at the start where %s is wrong', (option, options) => {
    expect(() => TrafficModule.forRoot(options as TrafficOptions)).toThrow(
      expect.objectContaining({ code: 'MT_OPTIONS_INVALID', option }) as Error,
    );
  });

  it('of forRootAsync stop the start of the application', async () => {
    const { Test } = await import('@nestjs/testing');
    const { MultitenancyModule, fromPath } = await import('@tenantry/core');
    const module = Test.createTestingModule({
      imports: [
        MultitenancyModule.forRoot({ catalog: new InMemoryTenantCatalog([]), resolvers: [fromPath()] }),
        TrafficModule.forRootAsync({ useFactory: () => ({ defaultPlan: '' }) }),
      ],
    });
    await expect(module.compile()).rejects.toThrow('defaultPlan');
  });

  it.each([
    ['', 1],
    ['sla', 0],
    ['sla', Number.NaN],
    ['sla', Infinity],
  ])('lane(%p, %p) is refused', (name, weight) => {
    expect(() => lane(name, weight)).toThrow(expect.objectContaining({ code: 'MT_ARGUMENT_INVALID' }) as Error);
  });
});
