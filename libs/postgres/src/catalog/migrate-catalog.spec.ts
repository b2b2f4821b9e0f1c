import pg from 'pg';
import { grantCatalogSql, migrateCatalog, pgDatabase, pgliteDatabase, PostgresTenantCatalog } from '@tenantry/postgres';
import { CATALOG_MIGRATIONS } from './catalog-migrations.js';
import { createPglite, createTestDatabase } from '../../../../test/support/postgres.js';
import type { SqlDatabase } from '@tenantry/postgres';
import type { TestDatabase } from '../../../../test/support/postgres.js';

const STEPS = [
  { version: 1, name: 'tenants' },
  { version: 2, name: 'changes' },
  { version: 3, name: 'operations' },
  { version: 4, name: 'lists' },
  { version: 5, name: 'nodes' },
  { version: 6, name: 'placements' },
  { version: 7, name: 'placed databases' },
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

  it('works once when several processes start at once, and the others continue', async () => {
    const reports = await Promise.all(Array.from({ length: 6 }, () => migrateCatalog(connect(test.adminUrl))));
    expect(reports.flatMap(({ applied }) => applied)).toEqual(STEPS);
  });

  it('keeps what is recorded when it runs again', async () => {
    const admin = connect(test.adminUrl);
    await migrateCatalog(admin);
    await new PostgresTenantCatalog(admin).create({ id: 'foo', domain: 'foo.com' });
    expect(await migrateCatalog(admin)).toEqual({ applied: [], pending: [] });
    expect(await new PostgresTenantCatalog(admin).findById('foo')).not.toBeNull();
  });

  it('reports in a dry run what it would do, and does nothing', async () => {
    const admin = connect(test.adminUrl);
    expect(await migrateCatalog(admin, { dryRun: true })).toEqual({ applied: [], pending: STEPS });
    const { rows } = await admin.query(`select 1 from pg_namespace where nspname = 'tenantry'`, []);
    expect(rows).toEqual([]);
    await migrateCatalog(admin);
    expect(await migrateCatalog(admin, { dryRun: true })).toEqual({ applied: [], pending: [] });
  });

  it('brings tenants over that were recorded before the last step', async () => {
    const admin = connect(test.adminUrl);
    for (const { sql } of CATALOG_MIGRATIONS.slice(0, 3))
      await admin.query(`create schema if not exists tenantry; ${sql}`);
    await admin.query(`
      create table tenantry.migrations (version integer primary key, name text not null, applied_at timestamptz default now());
      insert into tenantry.migrations (version, name) values (1, 'tenants'), (2, 'changes'), (3, 'operations');`);
    await new PostgresTenantCatalog(admin).create({ id: 'foo', domain: 'foo.com' });
    const { applied } = await migrateCatalog(admin);
    expect(applied).toEqual(CATALOG_MIGRATIONS.slice(3).map(({ version, name }) => ({ version, name })));
    const catalog = new PostgresTenantCatalog(admin);
    expect(await catalog.findByIdentifier('foo.com')).toMatchObject({ id: 'foo' });
    await expect(catalog.create({ id: 'bar', domain: 'foo.com' })).rejects.toMatchObject({ code: 'MT_TENANT_EXISTS' });
  });

  it('indexes parts of domains where pg_trgm can be created, and works without it where it cannot', async () => {
    const admin = connect(test.adminUrl);
    const homeless = connect(`${test.adminUrl}?options=-csearch_path%3Dnowhere`);
    const indexes = async (): Promise<unknown[]> =>
      (await admin.query(`select 1 from pg_indexes where indexname = 'tenants_by_domain_part'`, [])).rows;
    await migrateCatalog(homeless);
    expect(await indexes()).toHaveLength(0);
    const catalog = new PostgresTenantCatalog(homeless);
    await catalog.create({ id: 'foo', domain: 'foo.com' });
    expect((await catalog.list({ filter: { domain: { contains: 'oo.c' } } })).items).toHaveLength(1);

    await admin.query('drop schema tenantry cascade');
    await migrateCatalog(admin);
    expect(await indexes()).toHaveLength(1);
  });

  it('lets a role with the grants start, and one with `read` not write', async () => {
    const [admin, app] = [connect(test.adminUrl), connect(test.appUrl)];
    await expect(migrateCatalog(app)).rejects.toMatchObject({ code: '42501' });
    await migrateCatalog(admin);
    await admin.query(grantCatalogSql(test.appRole, 'read'));
    expect(await migrateCatalog(app)).toEqual({ applied: [], pending: [] });
    const catalog = new PostgresTenantCatalog(app);
    expect(await catalog.findByIdentifier('foo.com')).toBeNull();
    await expect(catalog.create({ id: 'foo', domain: 'foo.com' })).rejects.toMatchObject({
      code: 'MT_CATALOG_UNAVAILABLE',
    });
  });

  it('refuses a malformed role', () => {
    expect(() => grantCatalogSql('x; drop')).toThrow(expect.objectContaining({ code: 'MT_ARGUMENT_INVALID' }) as Error);
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
