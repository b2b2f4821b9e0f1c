import { expectTenantIsolation, TenantIsolationError } from '@tenantry/core/testing';
import type { IsolationReport, LeakKind, TenantIsolationOptions } from '@tenantry/core/testing';
import { ADAPTERS } from '../support/http.js';
import type { AdapterName } from '../support/http.js';
import { startLeakyApp, TENANTS } from './support/leaky-app.js';
import type { Leak } from './support/leaks.js';
import { LEAKS } from './support/leaks.js';

const BODIES: TenantIsolationOptions['bodies'] = {
  'POST /t/:domain/projects': ({ canary }) => ({ name: canary }),
  'POST /t/:domain/notes': ({ canary, id }) => ({ projectId: id('projectId'), text: canary }),
};

async function crawl(adapter: AdapterName, leak?: Leak): Promise<IsolationReport> {
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

describe.each(ADAPTERS)('the isolation crawl on %s', (adapter) => {
  it('finds nothing in an application that makes no mistake, and exercises every route', async () => {
    const { leaks, unexercised, routes } = await crawl(adapter);
    expect(leaks).toEqual([]);
    expect(unexercised).toEqual([]);
    expect(routes).toHaveLength(20);
  });

  it.each(LEAKS)('finds: %s', async (leak) => {
    const { leaks } = await crawl(adapter, leak);
    process.stdout.write(
      `\n${leak}: ${leaks.map(({ kind, route, by, found }) => `\n     ${kind} ${route} ${by} ${found.slice(0, 150)}`).join('')}\n`,
    );
    expect(leaks.length).toBeGreaterThan(0);
  });
});
