import { channel } from 'node:diagnostics_channel';
import { Controller, Get, Module } from '@nestjs/common';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { TenantOptional } from '@tenantry/core';
import { TenantProbes } from '@tenantry/core/spi';
import { ManualClock } from '@tenantry/testing';
import { TenantHealth } from '@tenantry/observability';
import { ADAPTERS, call } from '../support/http.js';
import { until } from '../support/until.js';
import { CollectedMetrics } from './support/collected.js';
import { startObserved } from './support/observed-app.js';
import type { ObservedApp } from './support/observed-app.js';

@TenantOptional()
@Controller('terminus')
class TerminusController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly health: TenantHealth,
  ) {}

  @Get('live')
  live(): Promise<object> {
    return this.checks.check([() => this.health.isLive()]);
  }

  @Get('ready')
  ready(): Promise<object> {
    return this.checks.check([() => this.health.isReady()]);
  }
}

@Module({ imports: [TerminusModule.forRoot({ logger: false })], controllers: [TerminusController] })
class ByTerminus {}

const UP = { status: 'up' };

describe.each(ADAPTERS)('the health of a node on %s', (adapter) => {
  const clock = new ManualClock();
  const secrets = { read: () => undefined };
  let observed: ObservedApp;
  const ready = async (): Promise<unknown> => (await call(observed.app, '/health/ready')).json;
  const live = async (): Promise<unknown> => (await call(observed.app, '/health/live')).json;

  beforeEach(async () => {
    observed = await startObserved(
      adapter,
      { clock, secrets: [secrets] },
      {
        imports: [{ module: ByTerminus }],
        db: {
          maxClients: 1,
          acquireTimeoutMs: 20,
          create: ({ id }) => {
            if (id === 'bar') throw new Error('refused');
            return { of: id };
          },
        },
      },
    );
  });
  afterEach(() => observed.app.close());

  it('is live and ready when the catalog answers', async () => {
    expect([await live(), await ready()]).toEqual([
      { status: 'up', parts: {} },
      { status: 'up', parts: { catalog: UP, secrets: UP } },
    ]);
  });

  it('is live and not ready while the catalog is down, and ready when it is back', async () => {
    observed.catalog.outage = true;
    expect(await live()).toEqual({ status: 'up', parts: {} });
    expect(await ready()).toEqual({
      status: 'down',
      parts: { catalog: { status: 'down', reason: 'MT_CATALOG_UNAVAILABLE' }, secrets: UP },
    });
    expect(JSON.stringify(await ready())).not.toContain('hunter2');
    observed.catalog.outage = false;
    expect(await ready()).toMatchObject({ status: 'up' });
  });

  it('is not ready while changes of tenants do not arrive', async () => {
    let isBehind = true;
    const check = (): void => {
      if (isBehind) throw new Error('postgres://admin:hunter2@db');
    };
    observed.app.get(TenantProbes).add({ name: 'sync', check });
    expect(await ready()).toMatchObject({ status: 'down', parts: { sync: { status: 'down', reason: 'failed' } } });
    isBehind = false;
    expect(await ready()).toMatchObject({ status: 'up', parts: { sync: UP } });
  });

  it('is not ready while the login for secrets fails and no token lives, however other tenants’ secrets fail', async () => {
    const request = (event: object): void => channel('tenantry:secrets:request').publish({ secrets, ...event });
    request({ operation: 'read', outcome: 'denied' });
    expect(await ready()).toMatchObject({ status: 'up' });
    channel('tenantry:secrets:request').publish({ secrets: {}, operation: 'login', outcome: 'denied' });
    expect(await ready()).toMatchObject({ status: 'up' });
    request({ operation: 'login', outcome: 'denied' });
    expect(await ready()).toMatchObject({ status: 'down', parts: { catalog: UP, secrets: { status: 'down' } } });
    channel('tenantry:secrets:token').publish({ secrets, leaseMs: 60_000 });
    expect(await ready()).toMatchObject({ status: 'up' });
    request({ operation: 'login', outcome: 'denied' });
    expect(await ready()).toMatchObject({ status: 'up' });
    clock.advance(60_000);
    expect(await ready()).toMatchObject({ status: 'down' });
  });

  it('is ready whatever becomes of one tenant: no client, a full registry, a suspension', async () => {
    const lease = await observed.db.acquire('foo');
    const get = async (tenant: string): Promise<number> =>
      (await call(observed.app, '/client', { headers: { 'x-tenant': tenant } })).status;
    await observed.catalog.create({ id: 'baz', domain: 'baz.com' });
    await observed.catalog.create({ id: 'gone', domain: 'gone.com' });
    await observed.catalog.suspend('gone');
    expect([await get('bar'), await get('baz'), await get('gone')]).toEqual([503, 503, 403]);
    expect(await ready()).toMatchObject({ status: 'up' });
    lease.release();
  });

  it('is not ready when a part does not answer in time, and asks it once for callers at the same time', async () => {
    const check = jest.fn(() => new Promise(() => undefined));
    observed.app.get(TenantProbes).add({ name: 'slow', check });
    const answers = Promise.all([observed.health.ready(), observed.health.ready(), observed.health.ready()]);
    await until(() => clock.pendingTimers > 0 && check.mock.calls.length > 0);
    clock.advance(2_000);
    for (const answer of await answers)
      expect(answer).toMatchObject({ status: 'down', parts: { slow: { status: 'down', reason: 'timeout' } } });
    expect(check).toHaveBeenCalledTimes(1);
  });

  it('is not ready from the first step of a shutdown on', async () => {
    const { health } = observed;
    await observed.app.close();
    expect(await health.ready()).toEqual({
      status: 'down',
      parts: { application: { status: 'down', reason: 'shutting_down' } },
    });
    expect(health.live().status).toBe('up');
  });

  it('answers @nestjs/terminus: 200 while it is ready, 503 while it is not, and 200 for its liveness', async () => {
    const details = { tenantry: { status: 'up', parts: { catalog: UP, secrets: UP } } };
    expect(await call(observed.app, '/terminus/ready')).toMatchObject({ status: 200, json: { status: 'ok', details } });
    observed.catalog.outage = true;
    const down = { tenantry: { status: 'down', parts: { catalog: { status: 'down' } } } };
    expect(await call(observed.app, '/terminus/ready')).toMatchObject({ status: 503, json: { error: down } });
    expect(await call(observed.app, '/terminus/live')).toMatchObject({ status: 200, json: { status: 'ok' } });
  });
});

describe('the metrics of secrets', () => {
  it('count the requests of this application, and say when its token expires', async () => {
    const [metrics, clock] = [new CollectedMetrics(), new ManualClock()];
    const [own, foreign] = [{ read: () => undefined }, { read: () => undefined }];
    const options = { meterProvider: metrics.provider, clock, secrets: [own] };
    const { app } = await startObserved('fastify', options);
    for (const secrets of [own, own, foreign])
      channel('tenantry:secrets:request').publish({ secrets, operation: 'read', outcome: 'ok', durationMs: 1 });
    expect(await metrics.of('tenantry.secrets.token.expires_in')).toEqual([]);
    channel('tenantry:secrets:token').publish({ secrets: foreign, leaseMs: 1_000 });
    channel('tenantry:secrets:token').publish({ secrets: own, leaseMs: 60_000 });
    clock.advance(15_000);
    expect(await metrics.of('tenantry.secrets.requests')).toMatchObject([
      { labels: { operation: 'read', outcome: 'ok' }, value: 2 },
    ]);
    expect(await metrics.of('tenantry.secrets.token.expires_in')).toMatchObject([{ value: 45 }]);
    clock.advance(50_000);
    expect(await metrics.of('tenantry.secrets.token.expires_in')).toMatchObject([{ value: 0 }]);
    await app.close();
    await metrics.close();
  });
});
