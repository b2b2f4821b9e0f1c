import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { TENANT_AUDIT_CHANNEL, TenantContext } from '@tenantry/core';
import { TenantApplication } from '@tenantry/core/spi';
import { call } from '../support/http.js';
import { until } from '../support/until.js';
import { CollectedMetrics } from './support/collected.js';
import { startObserved } from './support/observed-app.js';
import type { ObservedApp } from './support/observed-app.js';

const CHANNELS = [
  TENANT_AUDIT_CHANNEL,
  'tenantry:request:started',
  'tenantry:request:ended',
  'tenantry:scope:entered',
  'tenantry:resolution:refused',
  'tenantry:client:created',
  'tenantry:client:createFailed',
  'tenantry:client:evicted',
  'tenantry:client:disposed',
  'tenantry:client:disposeFailed',
  'tenantry:tenant:loaded',
  'tenantry:tenant:unloaded',
];

describe('two applications on one meter provider without names', () => {
  it('keep separate metrics by a label, which a warning names', async () => {
    const metrics = new CollectedMetrics();
    const first = await startObserved('express', { meterProvider: metrics.provider });
    const second = await startObserved('express', { meterProvider: metrics.provider });
    const { id } = second.app.get(TenantApplication);
    await call(first.app, '/plain', { headers: { 'x-tenant': 'foo' } });
    for (let calls = 0; calls < 2; calls += 1) await call(second.app, '/plain', { headers: { 'x-tenant': 'foo' } });
    await until(async () => (await metrics.total('tenantry.request.duration')) === 3);
    expect(await metrics.total('tenantry.request.duration', { application: id })).toBe(2);
    await second.app.close();
    await first.app.close();
    const third = await startObserved('express', { meterProvider: metrics.provider });
    expect(await metrics.total('tenantry.request.duration', { application: third.app.get(TenantApplication).id })).toBe(
      0,
    );
    await third.app.close();
    await metrics.close();
  });
});

describe('two applications in one process', () => {
  const metrics = [new CollectedMetrics(), new CollectedMetrics()] as const;
  const published: { channel: string; applicationId: unknown }[] = [];
  const follow = (message: unknown, channel: unknown): void => {
    const { applicationId } = message as { applicationId: unknown };
    published.push({ channel: String(channel), applicationId });
  };
  const db = {
    create: ({ id }: { id: string }) => {
      if (id === 'bar') throw new Error('refused');
      return { of: id };
    },
    dispose: () => {
      throw new Error('will not close');
    },
  };
  let [first, second]: ObservedApp[] = [];

  beforeAll(async () => {
    for (const channel of CHANNELS) subscribe(channel, follow);
    first = await startObserved('fastify', { meterProvider: metrics[0].provider }, { db });
    second = await startObserved('express', { meterProvider: metrics[1].provider }, { db });
  });
  afterAll(async () => {
    for (const channel of CHANNELS) unsubscribe(channel, follow);
    await first?.app.close();
    await second?.app.close();
    await Promise.all(metrics.map((each) => each.close()));
  });

  async function useEverything({ app, db: registry }: ObservedApp): Promise<void> {
    const statuses = [];
    for (const [path, tenant] of [
      ['/client', 'foo'],
      ['/client', 'bar'],
      ['/plain', 'unknown'],
    ] as const)
      statuses.push((await call(app, path, { headers: { 'x-tenant': tenant } })).status);
    expect(statuses).toEqual([200, 503, 404]);
    await app.get(TenantContext).runAsSuperTenant(() => undefined);
    await registry.evict('foo');
  }

  it('are distinguished by every event on every channel', async () => {
    await useEverything(first as ObservedApp);
    const { id } = (first as ObservedApp).app.get(TenantApplication);
    await until(() => new Set(published.map(({ channel }) => channel)).size === CHANNELS.length);
    expect(published.filter(({ applicationId }) => applicationId !== id)).toEqual([]);
    published.length = 0;
    await useEverything(second as ObservedApp);
    await until(() => new Set(published.map(({ channel }) => channel)).size === CHANNELS.length);
    const other = (second as ObservedApp).app.get(TenantApplication).id;
    expect(other).not.toBe(id);
    expect(published.filter(({ applicationId }) => applicationId !== other)).toEqual([]);
  });

  it('keep separate metrics', async () => {
    await call((second as ObservedApp).app, '/plain', { headers: { 'x-tenant': 'foo' } });
    await until(async () => (await metrics[1].total('tenantry.request.duration')) === 4);
    const counts = async (each: CollectedMetrics): Promise<number[]> => [
      await each.total('tenantry.request.duration'),
      await each.total('tenantry.resolution.refusals'),
      await each.total('tenantry.client.create.duration'),
      await each.total('tenantry.audit.events'),
    ];
    expect(await counts(metrics[0])).toEqual([3, 1, 2, 1]);
    expect(await counts(metrics[1])).toEqual([4, 1, 2, 1]);
  });

  it('measure nothing of the other any more once they have closed', async () => {
    await first?.app.close();
    first = undefined;
    await call((second as ObservedApp).app, '/plain', { headers: { 'x-tenant': 'foo' } });
    await until(async () => (await metrics[1].total('tenantry.request.duration')) === 5);
    expect(await metrics[0].total('tenantry.request.duration')).toBe(3);
  });
});
