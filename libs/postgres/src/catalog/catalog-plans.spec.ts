import pg from 'pg';
import { migrateCatalog, pgDatabase, PostgresTenantCatalog } from '@tenantry/postgres';
import { createTestDatabase } from '../../../../test/support/postgres.js';
import type { TenantListQuery } from '@tenantry/core';
import type { SqlDatabase, SqlSession } from '@tenantry/postgres';
import type { TestDatabase } from '../../../../test/support/postgres.js';

const TENANTS = 20_000;
/** One in a thousand is suspended, and so is one in a thousand on gold: none of those of the first half of the names. */
const FILL = `
  alter table tenantry.tenants disable trigger log_tenant_change;
  insert into tenantry.tenants (key, id, domain, aliases, name, status, plan, settings, generation, created_at)
  select 't' || n, 't' || n, 'd' || n || '.example', '{}', 'Name ' || n,
    case when n % 1000 = 7 then 'suspended' else 'active' end, case when n % 1000 = 9 then 'gold' else 'standard' end,
    '{}', 1, timestamptz '2026-01-01' + n * interval '1 second'
  from generate_series(1, ${TENANTS}) n;
  insert into tenantry.tenant_names (name, kind, tenant_key)
  select 't' || n, 'id', 't' || n from generate_series(1, ${TENANTS}) n
  union all select 'd' || n || '.example', 'domain', 't' || n from generate_series(1, ${TENANTS}) n;
  alter table tenantry.tenants enable trigger log_tenant_change;`;

describe('Over many tenants', () => {
  let test: TestDatabase;
  let database: SqlDatabase;
  let plans: Plan[];
  let catalog: PostgresTenantCatalog;

  beforeAll(async () => {
    test = await createTestDatabase();
    database = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 1 }));
    await migrateCatalog(database);
    await database.query(FILL);
    await database.query('vacuum analyze tenantry.tenants', []);
    await database.query('vacuum analyze tenantry.tenant_names', []);
    catalog = new PostgresTenantCatalog(explaining(database, (plan) => plans.push(plan)));
  });
  beforeEach(() => {
    plans = [];
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const nodes = (): string[] => plans.flatMap(nodesOf).map((node) => node['Node Type'] as string);

  it('a name is found in its index alone, and leads to one row', async () => {
    await catalog.findByIdentifier('d7.example');
    expect(nodes().sort()).toEqual(['Index Only Scan', 'Index Scan', 'Nested Loop']);
  });

  it('an id is found with one look-up', async () => {
    await catalog.findById('t7');
    expect(nodes()).toEqual(['Index Scan']);
  });

  const sorts = ['id', 'domain', 'name', 'createdAt'] as const;
  const pages: [string, TenantListQuery][] = sorts.flatMap((by) =>
    (['asc', 'desc'] as const).flatMap((direction): [string, TenantListQuery][] => [
      [`by ${by} ${direction}`, { sort: { by, direction } }],
      [`by ${by} ${direction}, of one status`, { sort: { by, direction }, filter: { status: 'suspended' } }],
      [`by ${by} ${direction}, of one plan`, { sort: { by, direction }, filter: { plan: 'gold' } }],
    ]),
  );

  it.each(pages)('a page %s is read off an index, the first and the next', async (_name, query) => {
    const { next } = await catalog.list({ ...query, limit: 5 });
    await catalog.list({ ...query, limit: 5, after: next as string });
    expect(nodes()).toEqual(['Limit', 'Index Scan', 'Limit', 'Index Scan']);
    for (const scan of plans.flatMap(nodesOf)) expect(scan['Actual Rows']).toBeLessThanOrEqual(6);
    expect(plans.flatMap(nodesOf).some((scan) => 'Filter' in scan)).toBe(false);
  });

  it.each([
    ['startsWith', 'd1999'],
    ['endsWith', '777.example'],
    ['contains', '1999'],
  ])('a filter with %s that few meet is answered by an index', async (condition, text) => {
    await catalog.list({ filter: { domain: { [condition]: text } } });
    expect(nodes().join()).toMatch(/Index/);
    expect(nodes()).not.toContain('Seq Scan');
    expect(plans.flatMap(nodesOf).map((node) => node['Index Name'])).not.toContain('tenants_pkey');
  });
});

type Plan = Readonly<Record<string, unknown>>;

/** Has each statement explained, and runs it. */
function explaining(database: SqlDatabase, note: (plan: Plan) => void): SqlDatabase {
  const query: SqlSession['query'] = async (text, params) => {
    const { rows } = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, format json) ${text}`,
      params,
    );
    for (const row of rows) note(row['QUERY PLAN'][0].Plan);
    return database.query(text, params);
  };
  return { query, transaction: (fn) => database.transaction(fn), close: () => database.close() };
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...((plan['Plans'] ?? []) as Plan[]).flatMap(nodesOf)];
}
