import { Logger } from '@nestjs/common';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { call } from '../support/http.js';
import { startSample } from '../support/orchestrator.js';
import type { Sample } from '../support/orchestrator.js';
import { until } from '../support/until.js';
import { describeWithPrometheus, metricsAskedFor, promtool, RunningPrometheus } from './support/prometheus.js';

Logger.overrideLogger(false);

const REQUESTS = 5;
/** The sample has no secrets. */
const ABSENT = ['tenantry_secrets_token_expires_in'];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('GET /metrics of the sample', () => {
  let port: number;
  let sample: Sample;
  let headers: Record<string, string>;
  const scrape = async (): Promise<string> => (await call(port, '/metrics')).text;

  // As long as in other specs of the sample: a database starts slowly on a busy machine.
  beforeAll(async () => {
    port = await freePort();
    sample = await startSample('fastify', 'postgres', { METRICS_PORT: String(port) });
    headers = { ...(await sample.logIn('alice@foo.com')), host: 'foo.com' };
    const statuses: number[] = [];
    for (let n = 1; n < REQUESTS; n += 1) statuses.push((await sample.call('/projects', { headers })).status);
    statuses.push((await sample.call('/servers', { headers })).status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    await sample.clients.evict('foo');
    expect((await sample.call('/projects', { headers: { ...headers, host: 'bar.com' } })).status).toBe(403);
  }, 180_000);
  afterAll(() => sample.close());

  it('is on a port of its own and counts every request of a tenant', async () => {
    const line = /^tenantry_request_duration_count\{[^}]*outcome="success"[^}]*tenant="foo"[^}]*\} 6$/m;
    await until(async () => line.test(await scrape()));
    expect(await scrape()).toContain('tenantry_catalog_lookups_total{');
  });

  it('is no route that tenants reach', async () => {
    expect((await sample.call('/metrics', { headers })).status).toBe(404);
    expect((await sample.call('/t/foo.com/metrics', { headers })).status).toBe(404);
  });

  describeWithPrometheus('scraped by a real Prometheus with the configuration of deploy/', () => {
    let prometheus: RunningPrometheus;
    beforeAll(async () => void (prometheus = await RunningPrometheus.start(await freePort(), port)), 60_000);
    afterAll(() => prometheus.close());

    it('is a configuration with rules that promtool accepts', () => {
      expect(promtool('check', 'config', 'deploy/prometheus/prometheus.yml')).toMatchObject({ status: 0 });
    });

    it('gives the requests of each tenant, as many as were sent', async () => {
      const query = 'sum by (tenant) (tenantry_request_duration_count{outcome="success"})';
      await until(async () => (await prometheus.query(query)).length > 0);
      expect(await prometheus.query(query)).toContainEqual({ labels: { tenant: 'foo' }, value: REQUESTS + 1 });
    });

    it('has every metric that the alert rules and the dashboard ask for', async () => {
      const names = await prometheus.metricNames();
      const missing = metricsAskedFor().filter((name) => !names.has(name));
      expect(missing).toEqual(ABSENT);
    });

    it('evaluates every alert rule without an error, and none fires', async () => {
      await until(async () => (await prometheus.rules()).every(({ health }) => health !== 'unknown'));
      const rules = await prometheus.rules();
      expect(rules.length).toBeGreaterThan(5);
      expect(rules.filter(({ health, state }) => health !== 'ok' || state === 'firing')).toEqual([]);
    });
  });
});
