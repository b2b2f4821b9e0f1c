import { metrics } from '@opentelemetry/api';
import { Logger } from '@nestjs/common';
import { TENANT_SCOPE_CHANNEL, TenantContext } from '@tenantry/core';
import type { MeterProviderShape, ObservabilityOptions } from '@tenantry/observability';
import { hasSubscribers } from 'node:diagnostics_channel';
import { ADAPTERS, call } from '../support/http.js';
import { until } from '../support/until.js';
import { CollectedMetrics } from './support/collected.js';
import { startObserved } from './support/observed-app.js';
import { RecordedTraces } from './support/tracing.js';

const CANARY = 'postgres://admin:hunter2@db';
const fail = (): never => {
  throw new TypeError(CANARY);
};
const broken = { add: fail, record: fail, addCallback: fail, removeCallback: fail };
const providers: [string, () => MeterProviderShape][] = [
  ['gives no meter', () => ({ getMeter: fail })],
  [
    'makes no instrument',
    () => ({
      getMeter: () => ({
        createCounter: fail,
        createHistogram: fail,
        createObservableGauge: fail,
        createObservableCounter: fail,
      }),
    }),
  ],
  [
    'records nothing',
    () => ({
      getMeter: () => ({
        createCounter: () => broken,
        createHistogram: () => broken,
        createObservableGauge: () => broken,
        createObservableCounter: () => broken,
      }),
    }),
  ],
];

describe.each(ADAPTERS)('telemetry that throws on %s', (adapter) => {
  const uncaught = jest.fn();
  beforeAll(() => void process.on('uncaughtException', uncaught));
  afterAll(() => void process.off('uncaughtException', uncaught));

  it.each(providers)('fails no request when the meter provider %s', async (_, make) => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const { app } = await startObserved(adapter, { meterProvider: make() });
    const statuses = [];
    for (const [path, tenant] of [
      ['/client', 'foo'],
      ['/plain', 'unknown'],
      ['/plain', 'bar'],
    ] as const)
      statuses.push((await call(app, path, { headers: { 'x-tenant': tenant } })).status);
    await app.close();
    const lines = warn.mock.calls.map(([line]) => String(line));
    warn.mockRestore();
    expect(statuses).toEqual([200, 404, 200]);
    expect(lines).toEqual([expect.stringMatching(/failed with TypeError; requests are not affected/)]);
    expect(uncaught).not.toHaveBeenCalled();
  });

  it('fails no request when spans throw', async () => {
    const traces = new RecordedTraces();
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const { app } = await startObserved(adapter, {});
    traces.fault = new TypeError(CANARY);
    const result = await traces.active('job', () => app.get(TenantContext).run('foo', () => 'done'));
    traces.stop();
    await app.close();
    expect(warn.mock.calls.join()).not.toContain(CANARY);
    warn.mockRestore();
    expect(result).toBe('done');
    expect(uncaught).not.toHaveBeenCalled();
  });
});

describe('an application without an SDK', () => {
  const missing = Object.assign(new Error("Cannot find package '@opentelemetry/api' imported from x"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
  const sets: [string, ObservabilityOptions][] = [
    ['without @opentelemetry/api', { loadOpenTelemetry: () => Promise.reject(missing) }],
    [
      'with an @opentelemetry/api that cannot be loaded',
      { loadOpenTelemetry: () => Promise.reject(new Error('broken')) },
    ],
    ['with the API alone', {}],
  ];

  it.each(sets)('starts, answers and measures nothing %s', async (_, options) => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const { app } = await startObserved('fastify', options);
    expect((await call(app, '/client', { headers: { 'x-tenant': 'foo' } })).status).toBe(200);
    expect((await call(app, '/health/ready')).json).toMatchObject({ status: 'up' });
    await app.close();
    warn.mockRestore();
  });

  it('follows no request and no scope, so that it costs none', async () => {
    const { app } = await startObserved('fastify', {});
    const channels = ['tenantry:request:started', 'tenantry:request:ended', TENANT_SCOPE_CHANNEL];
    expect(channels.map(hasSubscribers)).toEqual([false, false, false]);
    await app.close();
  });

  it('is measured by a provider that it is given, without @opentelemetry/api', async () => {
    const collected = new CollectedMetrics();
    const options = { meterProvider: collected.provider, loadOpenTelemetry: () => Promise.reject(missing) };
    const { app } = await startObserved('fastify', options);
    await call(app, '/plain', { headers: { 'x-tenant': 'foo' } });
    await until(async () => (await collected.total('tenantry.request.duration', { tenant: 'foo' })) === 1);
    await app.close();
    await collected.close();
  });

  it('is measured by the provider that is registered when it starts', async () => {
    const collected = new CollectedMetrics();
    metrics.setGlobalMeterProvider(collected.provider);
    const { app } = await startObserved('fastify', {});
    await call(app, '/plain', { headers: { 'x-tenant': 'foo' } });
    await until(async () => (await collected.total('tenantry.request.duration')) === 1);
    metrics.disable();
    await app.close();
    await collected.close();
  });
});

describe('a subscriber of ours', () => {
  it('is taken off its channels when the application closes', async () => {
    const [collected, traces] = [new CollectedMetrics(), new RecordedTraces()];
    const { app } = await startObserved('fastify', { meterProvider: collected.provider });
    const channels = ['tenantry:request:ended', 'tenantry:audit', 'tenantry:scope:entered', 'tenantry:client:created'];
    expect(channels.map(hasSubscribers)).toEqual([true, true, true, true]);
    await app.close();
    expect(channels.map(hasSubscribers)).toEqual([false, false, false, false]);
    traces.stop();
    await collected.close();
  });
});
