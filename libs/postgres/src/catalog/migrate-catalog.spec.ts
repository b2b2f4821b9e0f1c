import pg from 'pg';
import { grantCatalogSql, migrateCatalog, pgDatabase, pgliteDatabase, PostgresTenantCatalog } from '@tenantry/postgres';
import { createPglite, createTestDatabase } from '../../../../test/support/postgres.js';
import type { SqlDatabase } from '@tenantry/postgres';
import type { TestDatabase } from '../../../../test/support/postgres.js';

const STEPS = [
  { version: 1, name: 'tenants' },
  { version: 2, name: 'changes' },
];

describe('migrateCatalog on PostgreSQL', () => {
  let test: TestDatabase;
  let opened: SqlDatabase[];

  const connect = (url: string): SqlDatabase => {
    const database = pgDatabase(new pg.Pool({ connectionString: url, max: 2 }));
    opened.push(database);
    return database;
  };

  beforeEach(async () => {
    opened = [];
    test = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await test.drop();
  });

  it('works once when several processes start at once, and the others go on', async () => {
    const reports = await Promise.all(Array.from({ length: 6 }, () => migrateCatalog(connect(test.adminUrl))));
    expect(reports.flatMap(({ applied }) => applied)).toEqual(STEPS);
  });

  it('keeps what is recorded when it runs again', async () => {
    const admin = connect(test.adminUrl);
    await migrateCatalog(admin);
    await new PostgresTenantCatalog(admin).create({ id: 'foo', domain: 'foo.com' });
    expect(await migrateCatalog(admin)).toEqual({ applied: [] });
    expect(await new PostgresTenantCatalog(admin).findById('foo')).not.toBeNull();
  });

  it('lets a role with the grants start, and one with `read` not write', async () => {
    const [admin, app] = [connect(test.adminUrl), connect(test.appUrl)];
    await expect(migrateCatalog(app)).rejects.toMatchObject({ code: '42501' });
    await migrateCatalog(admin);
    await admin.query(grantCatalogSql(test.appRole, 'read'));
    expect(await migrateCatalog(app)).toEqual({ applied: [] });
    const catalog = new PostgresTenantCatalog(app);
    expect(await catalog.findByIdentifier('foo.com')).toBeNull();
    await expect(catalog.create({ id: 'foo', domain: 'foo.com' })).rejects.toMatchObject({
      code: 'MT_CATALOG_UNAVAILABLE',
    });
  });

  it('refuses a malformed role', () => {
    expect(() => grantCatalogSql('x; drop')).toThrow(expect.objectContaining({ code: 'MT_ARGUMENT_INVALID' }) as Error);
  });

  it('finds a name and a page through an index', async () => {
    const admin = connect(test.adminUrl);
    await migrateCatalog(admin);
    await admin.query(`
      insert into tenantry.tenants select 't' || n, 't' || n, n || '.com', '{}', 'x', 'active', 'p', '{}', 1 from generate_series(1, 3000) n;
      insert into tenantry.tenant_names select n || '.com', 'domain', 't' || n from generate_series(1, 3000) n;
      analyze tenantry.tenants; analyze tenantry.tenant_names;`);
    const plan = async (sql: string): Promise<string> => JSON.stringify((await admin.query(`explain ${sql}`)).rows);
    const found = await plan(
      `select t.* from tenantry.tenant_names n join tenantry.tenants t on t.key = n.tenant_key where n.name = '7.com'`,
    );
    const page = await plan(`select * from tenantry.tenants t where t.key > 't2000' order by t.key limit 51`);
    for (const text of [found, page]) {
      expect(text).toContain('Index Scan');
      expect(text).not.toMatch(/Seq Scan|Sort/);
    }
  });
});

describe('migrateCatalog on PGlite', () => {
  it('works once when it is called at once', async () => {
    const database = pgliteDatabase(await createPglite());
    try {
      const reports = await Promise.all([migrateCatalog(database), migrateCatalog(database)]);
      expect(reports.flatMap(({ applied }) => applied)).toEqual(STEPS);
    } finally {
      await database.close();
    }
  });
});

describe('PostgresTenantCatalog and an outage', () => {
  const cause = new Error('connect ECONNREFUSED');
  const down: SqlDatabase = {
    query: () => Promise.reject(cause),
    transaction: () => Promise.reject(cause),
    close: () => Promise.resolve(),
  };
  const catalog = new PostgresTenantCatalog(down);

  it.each([
    ['findByIdentifier', () => catalog.findByIdentifier('foo.com')],
    ['findById', () => catalog.findById('foo')],
    ['list', () => catalog.list()],
    ['isDomainAvailable', () => catalog.isDomainAvailable('foo.com')],
    ['create', () => catalog.create({ id: 'foo', domain: 'foo.com' })],
    ['update', () => catalog.update('foo', { plan: 'gold' })],
    ['delete', () => catalog.delete('foo')],
  ])('%s throws and keeps the cause; it never answers null', async (_name, ask) => {
    await expect(ask()).rejects.toMatchObject({ code: 'MT_CATALOG_UNAVAILABLE', cause });
  });
});
