import { expectTenantIsolation, TenantIsolationError } from '@tenantry/core/testing';
import type { IsolationReport } from '@tenantry/core/testing';
import { ADAPTERS } from '../support/http.js';
import type { AdapterName } from '../support/http.js';
import { BODIES, startLeakyApp, TENANTS } from './support/leaky-app.js';
import { LEAKS } from './support/leaks.js';
import type { Leak } from './support/leaks.js';

async function reportOf(adapter: AdapterName, leak?: Leak): Promise<IsolationReport> {
  const app = await startLeakyApp(adapter, leak);
  try {
    return await expectTenantIsolation(app, { tenants: TENANTS, bodies: BODIES, streamMs: 10 });
  } catch (error) {
    if (error instanceof TenantIsolationError) return error.report;
    throw error;
  } finally {
    await app.close();
  }
}

describe('the isolation crawl', () => {
  it.each(ADAPTERS)(
    'finds nothing in an application without a mistake, and exercises every route, on %s',
    async (adapter) => {
      const { leaks, unexercised, routes } = await reportOf(adapter);
      expect(leaks).toEqual([]);
      expect(unexercised).toEqual([]);
      expect(routes).toHaveLength(20);
    },
  );

  const planted = Object.entries(LEAKS).map(
    ([leak, [kind, route]], index) => [leak as Leak, ADAPTERS[index % 2] as AdapterName, kind, route] as const,
  );
  it.each(planted)('finds: %s', async (leak, adapter, kind, route) => {
    const { leaks } = await reportOf(adapter, leak);
    expect(leaks.map((found) => `${found.kind} ${found.route}`)).toContain(`${kind} ${route}`);
  });

  it('fails with every leak, and with a request that shows it and no credentials', async () => {
    const app = await startLeakyApp('express', 'read by id alone');
    const crawl = expectTenantIsolation(app, { tenants: TENANTS, bodies: BODIES, streamMs: 10 });
    const message = await crawl.then(
      () => 'no leak',
      (error: Error) => error.message,
    );
    await app.close();
    expect(message).toMatch(/^2 leaks between tenants, 20 routes, \d+ requests\./);
    expect(message).toMatch(/foreign-data: GET \/t\/:domain\/projects\/:id, asked by foo, data of bar/);
    expect(message).toMatch(
      /curl -X GET -H 'authorization: <left out>' 'http:\/\/[^/]+\/t\/foo\.com\/projects\/[0-9a-f-]{36}'/,
    );
    expect(message).not.toContain('Bearer');
  });

  it('sends the same requests every time', async () => {
    const [first, second] = [await reportOf('express'), await reportOf('express')];
    expect(second).toEqual(first);
  });
});
