import { expectTenantIsolation } from '@tenantry/testing';
import type { CrawledTenant, IsolationReport, OpenApiDocument } from '@tenantry/testing';
import { DEMO_PASSWORD } from '@tenantry/orchestrator';
import { ADAPTERS } from '../support/http.js';
import { startSample } from '../support/orchestrator.js';
import type { Sample } from '../support/orchestrator.js';

const USERS: Readonly<Record<string, string>> = { foo: 'alice', bar: 'bob' };

/** They end the session that the crawl works with. */
const SKIPPED = Object.fromEntries(
  ['logout', 'password', 'refresh'].flatMap((name) =>
    ['', '/t/:domain'].map((prefix) => [
      `POST ${prefix}/auth/${name}`,
      'ends the session of the crawl, or needs its token',
    ]),
  ),
);

/** Services are code: what they answer, and which tenant they are of, is tested in `test/services/sample.spec.ts`. */
const SERVICES = Object.fromEntries(
  ['', '/t/:domain'].flatMap((prefix) =>
    ['/services/*', '/admin/services*'].map((path) => [`* ${prefix}${path}`, 'runs, or takes, the code of a tenant']),
  ),
);

/** Routes of services: those that run one are in no OpenAPI document. */
const isOfServices = (route: string): boolean => /\/services\b/.test(route);

async function member(sample: Sample, tenant: string): Promise<CrawledTenant> {
  const host = `${tenant}.com`;
  const { authorization } = await sample.logIn(`${USERS[tenant]}@${host}`);
  return {
    name: tenant,
    headers: { authorization, host },
    params: { domain: host },
    identifiers: [tenant, host],
    ids: { tenant },
  };
}

/** `GET /projects/:id` of every operation in an OpenAPI document. */
function describedIn({ paths }: OpenApiDocument): string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => method !== 'parameters')
      .map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  );
}

describe.each(ADAPTERS)('the isolation crawl over the sample on %s', (adapter) => {
  let report: IsolationReport;
  let openApi: OpenApiDocument;

  beforeAll(async () => {
    const sample = await startSample(adapter, 'postgres');
    try {
      openApi = (await sample.call('/docs-json')).json as OpenApiDocument;
      const logIn = ({ tenant }: { tenant: string }): object => ({ username: USERS[tenant], password: DEMO_PASSWORD });
      report = await expectTenantIsolation(sample.app, {
        tenants: [await member(sample, 'foo'), await member(sample, 'bar')],
        openApi,
        bodies: { 'POST /auth/login': logIn, 'POST /t/:domain/auth/login': logIn },
        skip: { ...SKIPPED, ...SERVICES },
      });
    } finally {
      await sample.close();
    }
  }, 180_000);

  it('finds no leak', () => {
    expect(report.leaks).toEqual([]);
    expect(report.requests).toBeGreaterThan(1_000);
  });

  it('visits every route that the OpenAPI document describes, and no other', () => {
    expect(report.routes.length).toBeGreaterThanOrEqual(27);
    const rest = (routes: readonly string[]): string[] => routes.filter((route) => !isOfServices(route)).sort();
    const routes = [...report.routes, ...report.skipped].map(({ route }) => route);
    expect(rest(routes)).toEqual(rest(describedIn(openApi)));
    expect(rest(report.skipped.map(({ route }) => route))).toEqual(Object.keys(SKIPPED).sort());
    expect(report.routes.filter(({ route }) => isOfServices(route))).toEqual([]);
  });

  it('exercises every route of tenants, and is refused at those of the operator', () => {
    expect(report.unexercised.filter(({ route }) => !route.includes(' /admin/'))).toEqual([]);
    const operators = report.routes.filter(({ route }) => route.includes(' /admin/'));
    expect(operators.length).toBeGreaterThan(5);
    for (const { statuses } of operators)
      expect(Object.keys(statuses).filter((status) => !['400', '401', '403'].includes(status))).toEqual([]);
  });
});
