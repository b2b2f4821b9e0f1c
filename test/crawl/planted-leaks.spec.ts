import { expectTenantIsolation, TenantIsolationError } from '@tenantry/testing';
import type { IsolationReport } from '@tenantry/testing';
import { ADAPTERS } from '../support/http.js';
import type { AdapterName } from '../support/http.js';
import { BODIES, startLeakyApp, TENANTS } from './support/leaky-app.js';
import { LEAKS } from './support/leaks.js';
import type { Leak } from './support/leaks.js';

interface Crawled {
  readonly report: IsolationReport;
  /** What the expectation failed with. */
  readonly message: string | undefined;
}

async function crawl(adapter: AdapterName, leak?: Leak): Promise<Crawled> {
  const app = await startLeakyApp(adapter, leak);
  try {
    const report = await expectTenantIsolation(app, { tenants: TENANTS, bodies: BODIES, seed: 'same', streamMs: 10 });
    return { report, message: undefined };
  } catch (error) {
    if (error instanceof TenantIsolationError) return { report: error.report, message: error.message };
    throw error;
  } finally {
    await app.close();
  }
}

/** Every leak on one of the adapters, in turn. */
const PLANTED = Object.entries(LEAKS).map(
  ([leak, [kind, route]], index) => [leak as Leak, ADAPTERS[index % 2] as AdapterName, kind, route] as const,
);

describe('the isolation crawl', () => {
  it.each(ADAPTERS)(
    'finds nothing in an application without a mistake, exercises every route, and sends the same every time, on %s',
    async (adapter) => {
      const { report } = await crawl(adapter);
      expect(report.leaks).toEqual([]);
      expect(report.unexercised).toEqual([]);
      expect(report.routes).toHaveLength(20);
      expect((await crawl(adapter)).report).toEqual(report);
    },
    120_000,
  );

  it.each(PLANTED)(
    'finds: %s',
    async (leak, adapter, kind, route) => {
      const { report } = await crawl(adapter, leak);
      expect(report.leaks.map((found) => `${found.kind} ${found.route}`)).toContain(`${kind} ${route}`);
    },
    60_000,
  );

  it('fails with every leak, and with a request that shows it and no credentials', async () => {
    const { message } = await crawl('express', 'read by id alone');
    expect(message).toMatch(/^2 leaks between tenants, 20 routes, \d+ requests\./);
    expect(message).toMatch(/foreign-data: GET \/t\/:domain\/projects\/:id, asked by foo, data of bar/);
    expect(message).toMatch(
      /curl -X GET -H 'authorization: <left out>' 'http:\/\/[^/]+\/t\/foo\.com\/projects\/[0-9a-f-]{36}'/,
    );
    expect(message).not.toContain('Bearer');
  }, 60_000);
});
