import { propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { TextMapPropagator } from '@opentelemetry/api';
import { TenantContext, TenantMessages } from '@tenantry/core';
import { TenantBaggagePropagator, TenantLogRecordProcessor, TenantSpanProcessor } from '@tenantry/observability';
import type { createServer } from 'node:http';
import { ADAPTERS, call } from '../support/http.js';
import { startObserved } from './support/observed-app.js';
import type { ObservedApp } from './support/observed-app.js';
import { RecordedTraces } from './support/tracing.js';

describe.each(ADAPTERS)('spans on %s', (adapter) => {
  let traces: RecordedTraces;
  let observed: ObservedApp;
  const context = (): TenantContext => observed.app.get(TenantContext);
  const span = (name: string): Promise<void> => traces.active(name, () => undefined);

  beforeAll(async () => {
    traces = new RecordedTraces(new TenantSpanProcessor());
    observed = await startObserved(adapter, {}, { core: { messages: { secrets: ['a-secret-of-the-tests'] } } });
  });
  beforeEach(() => void (traces.spans.length = 0));
  afterAll(async () => {
    traces.stop();
    await observed.app.close();
  });

  it('of a request have its tenant, also the one that began before the tenant was known', async () => {
    const server = observed.app.getHttpServer() as ReturnType<typeof createServer>;
    const listeners = server.listeners('request');
    server.removeAllListeners('request');
    server.on('request', (...args: unknown[]) => {
      void traces.active('http', () => listeners.forEach((listener) => Reflect.apply(listener, server, args)));
    });
    for (const tenant of ['foo', 'bar']) await call(observed.app, '/plain', { headers: { 'x-tenant': tenant } });
    await call(observed.app, '/plain', { headers: { 'x-tenant': 'unknown' } });
    await call(observed.app, '/health/live');
    server.removeAllListeners('request');
    for (const listener of listeners) server.on('request', listener as () => void);
    expect(traces.named('http')).toEqual([{ 'tenant.id': 'foo' }, { 'tenant.id': 'bar' }, {}, {}]);
  });

  it('of a job have the tenant of the job, on the span around it and on those inside', async () => {
    await traces.active('job', () => context().run('foo', () => span('query')));
    await span('outside');
    expect(traces.named('job')).toEqual([{ 'tenant.id': 'foo' }]);
    expect(traces.named('query')).toEqual([{ 'tenant.id': 'foo' }]);
    expect(traces.named('outside')).toEqual([{}]);
  });

  it('of work for several tenants have each its own, and the span around them keeps its first', async () => {
    const each = ({ id }: { id: string }): Promise<void> => span(`for ${id}`);
    await traces.active('all', () => context().run('foo', () => context().forEachTenant(each, { concurrency: 2 })));
    expect(traces.named('all')).toEqual([{ 'tenant.id': 'foo' }]);
    expect([...traces.named('for foo'), ...traces.named('for bar')]).toEqual([
      { 'tenant.id': 'foo' },
      { 'tenant.id': 'bar' },
    ]);
  });

  it('have the tenant of the message after a queue, whichever tenant’s work the consumer runs beside', async () => {
    const messages = observed.app.get(TenantMessages);
    const sealed = await context().run('foo', () => messages.seal('mail', { to: 'ann' }));
    await context().run('bar', async () => {
      const { scope } = await messages.receive(JSON.parse(JSON.stringify(sealed)), {
        transport: 'test',
        purpose: 'mail',
      });
      await scope.run(() => span('mail'));
      scope.end();
    });
    expect(traces.named('mail')).toEqual([{ 'tenant.id': 'foo' }]);
  });
});

describe('the attribute of spans and log records', () => {
  it('has the name that is asked for', async () => {
    const traces = new RecordedTraces(new TenantSpanProcessor('customer.id'));
    const { app } = await startObserved('fastify', { spanAttribute: 'customer.id' });
    await traces.active('job', () => app.get(TenantContext).run('foo', () => traces.active('query', () => undefined)));
    expect(traces.spans.map(({ attributes }) => attributes)).toEqual([
      { 'customer.id': 'foo' },
      { 'customer.id': 'foo' },
    ]);
    traces.stop();
    await app.close();
  });

  it('is on log records in a scope, and on no other', async () => {
    const { app } = await startObserved('fastify', {});
    const processor = new TenantLogRecordProcessor();
    const emit = (): Record<string, string> => {
      const attributes: Record<string, string> = {};
      processor.onEmit({ setAttribute: (name, value) => (attributes[name] = value) });
      return attributes;
    };
    expect([emit(), await app.get(TenantContext).run('bar', emit)]).toEqual([{}, { 'tenant.id': 'bar' }]);
    await app.close();
  });
});

describe('baggage', () => {
  /** Writes the entries as one header, as `W3CBaggagePropagator` does. */
  const inner: TextMapPropagator = {
    inject: (context, carrier, setter) => {
      const entries = propagation.getBaggage(context)?.getAllEntries() ?? [];
      setter.set(carrier, 'baggage', entries.map(([key, { value }]) => `${key}=${value}`).join(','));
    },
    extract: (context) => propagation.setBaggage(context, propagation.createBaggage({ 'tenant.id': { value: 'bar' } })),
    fields: () => ['baggage'],
  };
  const setter = {
    set: (carrier: unknown, key: string, value: string) => void ((carrier as Record<string, string>)[key] = value),
  };
  const propagator = new TenantBaggagePropagator(inner, propagation);
  let observed: ObservedApp;
  beforeAll(async () => void (observed = await startObserved('fastify', {})));
  afterAll(() => observed.app.close());

  it('carries the tenant of the scope where the propagator is installed, beside what is there', async () => {
    const carrier: Record<string, string> = {};
    const own = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ region: { value: 'eu' } }));
    await observed.app.get(TenantContext).run('foo', () => propagator.inject(own, carrier, setter));
    expect(carrier).toEqual({ baggage: 'region=eu,tenant.id=foo' });
    propagator.inject(ROOT_CONTEXT, carrier, setter);
    expect(carrier).toEqual({ baggage: '' });
    expect(propagator.fields()).toEqual(['baggage']);
  });

  it('that comes in names no tenant', async () => {
    const incoming = propagator.extract(ROOT_CONTEXT, {}, { get: () => undefined, keys: () => [] });
    expect(propagation.getBaggage(incoming)?.getEntry('tenant.id')).toEqual({ value: 'bar' });
    const answer = await call(observed.app, '/plain', { headers: { baggage: 'tenant.id=bar' } });
    expect(answer).toMatchObject({ status: 400, json: { code: 'MT_TENANT_REQUIRED' } });
  });
});
