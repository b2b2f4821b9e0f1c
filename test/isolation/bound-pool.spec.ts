import pg from 'pg';
import {
  boundPool,
  boundTableSql,
  grantCatalogSql,
  migrateCatalog,
  pgDatabase,
  rowLevelSecurity,
} from '@tenantry/postgres';
import type { TenantSql } from '@tenantry/postgres';
import { onBoundPool } from './support/isolated-data.js';
import type { PooledData } from './support/isolated-data.js';
import { A, B } from './support/tenants-server.js';

describe('a bound pool under injected SQL', () => {
  let data: PooledData;
  let a: TenantSql;

  beforeAll(async () => {
    data = await onBoundPool();
    a = data.strategy.forTenant(A);
  });
  afterAll(() => data.close());
  beforeEach(() => data.reset());

  const foreignRows = async (sql: Pick<TenantSql, 'query'>): Promise<unknown[]> =>
    (await sql.query(`select * from project where starts_with(body, '${B}')`)).rows;

  it.each([
    ['set_config for the session', `select set_config('tenantry.tenant_id', '${B}', false)`],
    ['set_config for the transaction', `select set_config('tenantry.tenant_id', '${B}', true)`],
    ['SET', `set tenantry.tenant_id = '${B}'`],
    ['SET LOCAL', `set local tenantry.tenant_id = '${B}'`],
    ['RESET', 'reset tenantry.tenant_id'],
    ['RESET ALL', 'reset all'],
    ['DISCARD', 'discard temp'],
    ['a do block', `do $$ begin perform set_config('tenantry.tenant_id', '${B}', false); end $$`],
    ['row security off', 'set row_security = off'],
  ])('reaches no other tenant by %s', async (_what, statement) => {
    const attempt = a.transaction(async (tx) => {
      await tx.query(statement);
      return foreignRows(tx);
    });
    expect([[], '42501']).toContainEqual(await attempt.catch(({ code }: { code: string }) => code));
    expect(await foreignRows(a)).toEqual([]);
  });

  it.each([
    ['the role of the application', () => `set role ${data.server.test.appRole}`],
    ['the group of its rights', () => `set role ${data.server.tablesRole}`],
    ['the role of another tenant', () => `set role "${data.roleOf(B)}"`],
    ['the session of another tenant', () => `set session authorization "${data.roleOf(B)}"`],
    ['a superuser', () => 'set role postgres'],
  ])('reaches no other tenant by assuming %s', async (_what, statement) => {
    const attempt = a.transaction(async (tx) => {
      await tx.query(statement());
      await tx.query(`select set_config('tenantry.tenant_id', '${B}', true)`);
      return foreignRows(tx);
    });
    const seen = await attempt.catch(({ code }: { code: string }) => code);
    expect([[], '42501']).toContainEqual(seen);
  });

  it('reaches no other tenant by a setting that changes while the rows are read', async () => {
    const { rows } = await a.query<{ body: string }>(
      `select body, set_config('tenantry.tenant_id', '${B}', false) from project order by body desc`,
    );
    expect(rows.filter(({ body }) => body.startsWith(B))).toEqual([]);
    const both = `select body from project union all select body from (select set_config('tenantry.tenant_id', '${B}', false)) s, lateral (select body from project) p`;
    expect((await a.query<{ body: string }>(both)).rows.filter(({ body }) => body.startsWith(B))).toEqual([]);
  });

  it('writes to no other tenant, nor over its rows', async () => {
    const as = (statement: string) =>
      a.transaction(async (tx) => {
        await tx.query(`set local tenantry.tenant_id = '${B}'`);
        return (await tx.query(statement)).rowCount;
      });
    await expect(as(`insert into project (tenant_id, id, body) values ('${B}', 9, 'x')`)).rejects.toMatchObject({
      code: '42501',
    });
    await expect(as(`insert into project (id, body) values (9, 'x')`)).rejects.toMatchObject({ code: '42501' });
    expect(await as(`update project set body = 'x'`)).toBe(0);
    expect(await as('delete from project')).toBe(0);
    expect(await data.bodiesOf(A)).toEqual([`${A} 1`, `${A} 2`, `${B} 1`, `${B} 2`]);
  });

  it('would reach another tenant where the table is not bound to roles: what the policy is for', async () => {
    await data.server.admin.query('drop policy tenant_bound on project');
    const reached = a.transaction(async (tx) => {
      await tx.query(`select set_config('tenantry.tenant_id', '${B}', true)`);
      return foreignRows(tx);
    });
    expect(await reached).toHaveLength(2);
    await data.server.admin.query(boundTableSql('project', data.server.rolePrefix));
  });

  it('gets neither at placements nor at the password of the application', async () => {
    const { admin, test } = data.server;
    await migrateCatalog(admin);
    await admin.query(grantCatalogSql(test.appRole));
    for (const statement of [
      `update tenantry.placements set strategy = 'shared'`,
      'select * from tenantry.tenants',
      `do $$ begin set role ${test.appRole}; alter role ${test.appRole} password 'mine'; end $$`,
      `alter role ${test.appRole} password 'mine'`,
    ]) {
      await expect(a.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('works on after an injected setting, in its own rows', async () => {
    await a.query(`select set_config('tenantry.tenant_id', '${B}', false)`);
    expect((await a.query('select * from project')).rowCount).toBe(2);
  });

  it('leaves those who log in otherwise as they were', async () => {
    const database = pgDatabase(new pg.Pool({ connectionString: data.server.test.appUrl, max: 1 }));
    expect((await rowLevelSecurity({ database }).forTenant(B).query('select * from project')).rowCount).toBe(2);
    await database.close();
  });

  it('gives settings of connections that bind an application of its own as well', async () => {
    const settings = await data.strategy.connectionOf({ id: A });
    expect(settings).toMatchObject({ user: data.roleOf(A), options: `-c tenantry.tenant_id=${A}`, max: 1 });
    const pool = new pg.Pool(settings);
    expect((await pool.query('select body from project order by id')).rows).toEqual([
      { body: `${A} 1` },
      { body: `${A} 2` },
    ]);
    await pool.end();
  });

  it('refuses a connection that logged in as another role', async () => {
    const { server } = data;
    const { username: user, password } = new URL(server.test.appUrl);
    const strategy = boundPool({
      server: server.server(),
      password: () => password,
      rolePrefix: server.rolePrefix,
      createPool: (settings) => new pg.Pool({ ...settings, user }),
    });
    await expect(strategy.forTenant(A).query('select 1')).rejects.toMatchObject({
      code: 'MT_ISOLATION_UNSAFE',
      tenantId: A,
    });
    await strategy.close();
  });

  it('refuses a connection that is not bound, and one that leads to another database', async () => {
    const { server } = data;
    const make = (change: object) =>
      boundPool({
        server: server.server(),
        password: (tenantId) => server.passwordOf(tenantId),
        rolePrefix: server.rolePrefix,
        createPool: (settings) => new pg.Pool({ ...settings, ...change }),
      });
    for (const change of [{ options: `-c tenantry.tenant_id=${B}` }, { database: 'template1' }]) {
      const strategy = make(change);
      await expect(strategy.forTenant(A).query('select 1')).rejects.toMatchObject({ code: 'MT_ISOLATION_UNSAFE' });
      await strategy.close();
    }
  });
});

describe('a bound table with partitions and children', () => {
  const TABLES = ['item', '"Item 1"', 'item_1_x', 'item_2', 'thing', 'thing_child'];
  let data: PooledData;

  beforeAll(async () => {
    data = await onBoundPool();
    await data.server.admin.query(`
      create table item (tenant_id text not null, id int) partition by list (id);
      create table "Item 1" partition of item for values in (1) partition by list (id);
      create table item_1_x partition of "Item 1" for values in (1);
      create table item_2 partition of item for values in (2);
      create table thing (tenant_id text not null, id int);
      create table thing_child () inherits (thing);
      ${['item', 'thing'].map((table) => boundTableSql(table, data.server.rolePrefix)).join('')}
      insert into item values ('${A}', 1), ('${B}', 1), ('${A}', 2), ('${B}', 2);
      insert into thing_child values ('${A}', 1), ('${B}', 1);
      grant select on ${TABLES.join(', ')} to ${data.server.tablesRole};`);
  });
  afterAll(() => data.close());

  const tenantsIn = async (table: string): Promise<unknown[]> => {
    const { rows } = await data.strategy
      .forTenant(A)
      .query<{ tenant_id: string }>(`select distinct tenant_id from ${table}`);
    return rows.map(({ tenant_id: tenantId }) => tenantId);
  };

  it.each(TABLES)('gives the rows of the own tenant only, and only by a policy, from %s', async (table) => {
    expect(await tenantsIn(table)).toEqual([]);
    await data.server.admin.query(`create policy everything on ${table} using (true)`);
    expect(await tenantsIn(table)).toEqual([A]);
  });

  it('binds what was attached since then when it is run again', async () => {
    const { admin, rolePrefix, tablesRole } = data.server;
    await admin.query(`create table item_3 partition of item for values in (3);
      create policy everything on item_3 using (true); grant select on item_3 to ${tablesRole};
      insert into item values ('${A}', 3), ('${B}', 3); ${boundTableSql('public.item', rolePrefix)}`);
    expect(await tenantsIn('item_3')).toEqual([A]);
    expect(await tenantsIn('item')).toEqual([A]);
  });
});
