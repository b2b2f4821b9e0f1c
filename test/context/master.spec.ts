import { ADAPTERS, portOf } from '../support/http.js';
import { until } from '../support/until.js';
import { startMasterApp } from './support/master-app.js';
import { sendAll, visitorsOf } from './support/traffic.js';

const SEED = 20_260;
const TENANTS = 200;
const REQUESTS = 10_000;
const SOCKETS = 50;
const MAX_CLIENTS = 40;
/** On a busy machine; some ten seconds on an idle one. */
const PATIENCE_MS = 120_000;
const MIN_STOPS = 80_000;

describe.each(ADAPTERS)(`the tenant of ${REQUESTS} mixed requests of ${TENANTS} tenants on %s`, (adapter) => {
  it(
    'is right at every stop, and every client comes back and is closed',
    async () => {
      const { app, tally, registry, clients } = await startMasterApp(adapter, TENANTS, MAX_CLIENTS);
      const visitors = visitorsOf(SEED, REQUESTS, TENANTS);
      const report = await sendAll(portOf(app), visitors, SOCKETS);

      expect(report.wrong).toEqual([]);
      expect(report.answered + report.left).toBe(REQUESTS);
      expect(report.left).toBeGreaterThan(100);
      await until(() => registry.stats().leases === 0);
      expect(registry.stats()).toMatchObject({ failures: 0, waiting: 0, creating: 0 });
      expect(registry.stats().evictions.capacity).toBeGreaterThan(TENANTS);
      await app.close();
      expect(clients.filter(({ closed }) => !closed)).toEqual([]);

      expect(tally.samples).toEqual([]);
      expect(tally.total).toMatchObject({ wrong: 0, missing: 0 });
      expect(tally.total.right).toBeGreaterThan(MIN_STOPS);
      expect([...tally.kinds].filter(([, { right }]) => right < 50)).toEqual([]);
    },
    PATIENCE_MS,
  );
});
