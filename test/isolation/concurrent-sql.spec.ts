import pg from 'pg';
import {
  boundRoleName,
  boundRoleSql,
  boundTableSql,
  dropBoundRoleSql,
  dropTenantSchemaSql,
  grantCatalogSql,
  migrateCatalog,
  pgDatabase,
  tenantSchemaSql,
  tenantTableSql,
} from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import { TenantsServer } from './support/tenants-server.js';

const ROUNDS = 15;

describe.each([2, 6])('the SQL that makes things for tenants, run by %d nodes at once', (nodes) => {
  let server: TenantsServer;
  let other: SqlDatabase;
  let databases: SqlDatabase[];

  beforeAll(async () => {
    server = await TenantsServer.open();
    await migrateCatalog(server.admin);
    await server.admin.query('create table doc (tenant_id text not null, id int); create table note (like doc);');
    const open = (url: string): SqlDatabase => pgDatabase(new pg.Pool({ connectionString: url, max: 1 }));
    databases = Array.from({ length: nodes }, () => open(server.test.adminUrl));
    const url = new URL(server.test.adminUrl);
    url.pathname = '/postgres';
    other = open(url.href);
    await Promise.all([...databases, other].map((database) => database.query('select 1', [])));
  });
  afterAll(async () => {
    const role = { tenantId: 'concurrent', prefix: server.rolePrefix };
    await server.admin.query(dropBoundRoleSql(role));
    await Promise.all([...databases, other].map((database) => database.close()));
    await server.close();
  });

  /** The codes of what failed, over all nodes and rounds. */
  async function failures(sql: () => string, before?: () => string): Promise<unknown[]> {
    const failed: unknown[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      if (before) await server.admin.query(before());
      const results = await Promise.allSettled(databases.map((database) => database.query(sql())));
      for (const result of results) if (result.status === 'rejected') failed.push(result.reason);
    }
    return failed;
  }

  const schema = { tenantId: 'concurrent' };
  const role = (): Parameters<typeof boundRoleSql>[0] => ({
    tenantId: 'concurrent',
    prefix: server.rolePrefix,
    memberOf: server.tablesRole,
    password: server.passwordOf('concurrent'),
  });

  it('makes a schema, new and again', async () => {
    const make = (): string => tenantSchemaSql({ ...schema, role: server.test.appRole });
    expect(await failures(make, () => dropTenantSchemaSql('concurrent'))).toEqual([]);
    expect(await failures(make)).toEqual([]);
  });

  it('drops a schema', async () => {
    const make = (): string => tenantSchemaSql({ ...schema, role: server.test.appRole });
    expect(await failures(() => dropTenantSchemaSql('concurrent'), make)).toEqual([]);
  });

  it('makes the login role of a tenant, new and again', async () => {
    expect(
      await failures(
        () => boundRoleSql(role()),
        () => dropBoundRoleSql(role()),
      ),
    ).toEqual([]);
    expect(await failures(() => boundRoleSql(role()))).toEqual([]);
    const { rows } = await server.admin.query(`select pg_has_role($1, $2, 'member') as member`, [
      boundRoleName(role()),
      server.tablesRole,
    ]);
    expect(rows).toEqual([{ member: true }]);
  });

  it('drops the login role of a tenant', async () => {
    expect(
      await failures(
        () => dropBoundRoleSql(role()),
        () => boundRoleSql(role()),
      ),
    ).toEqual([]);
  });

  it('makes a login role from another database of the server too', async () => {
    databases.push(other);
    const failed = await failures(
      () => boundRoleSql(role()),
      () => dropBoundRoleSql(role()),
    );
    databases.pop();
    expect(failed).toEqual([]);
  });

  it('binds the rows of a table, new and again', async () => {
    const undo = (): string => 'drop policy if exists tenant_isolation on doc; drop index if exists doc_tenant_id_idx;';
    expect(await failures(() => tenantTableSql('doc'), undo)).toEqual([]);
    expect(await failures(() => tenantTableSql('doc'))).toEqual([]);
    expect(await failures(() => boundTableSql('doc'))).toEqual([]);
  });

  it('grants the catalog to roles', async () => {
    expect(await failures(() => grantCatalogSql(server.test.appRole))).toEqual([]);
    expect(await failures(() => grantCatalogSql(server.test.appRole, 'read'))).toEqual([]);
  });

  it('does everything that a start does, in one transaction', async () => {
    const all = (): string =>
      [
        tenantTableSql('doc'),
        tenantTableSql('note'),
        grantCatalogSql(server.test.appRole),
        tenantSchemaSql({ ...schema, role: server.test.appRole }),
        boundRoleSql(role()),
      ].join('\n');
    expect(await failures(all)).toEqual([]);
  });
});
