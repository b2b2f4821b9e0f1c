import pg from 'pg';
import {
  boundPool,
  boundRoleName,
  boundRoleSql,
  boundTableSql,
  dropBoundRoleSql,
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

  it('refuses a connection that logged in as somebody else', async () => {
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

describe('the login role of a tenant', () => {
  it('can be made again, with another password, and taken away again', async () => {
    const data = await onBoundPool();
    const { admin, rolePrefix: prefix, test } = data.server;
    await admin.query(boundRoleSql({ tenantId: A, prefix, memberOf: test.appRole, password: 'another' }));
    await admin.query(boundRoleSql({ tenantId: A, prefix, memberOf: test.appRole, password: 'another' }));
    const { rows } = await admin.query(
      `select rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = $1`,
      [data.roleOf(A)],
    );
    expect(rows).toEqual([
      {
        rolcanlogin: true,
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
      },
    ]);
    await admin.query(dropBoundRoleSql({ tenantId: A, prefix }));
    await admin.query(dropBoundRoleSql({ tenantId: A, prefix }));
    expect((await admin.query('select 1 from pg_roles where rolname = $1', [data.roleOf(A)])).rowCount).toBe(0);
    await data.close();
  });

  it('has the password that PostgreSQL itself would keep, and it is not in the SQL', async () => {
    const password = `it's "1" \\ secret`;
    const sql = boundRoleSql({ tenantId: A, memberOf: 'app', password });
    expect(sql).not.toContain('secret');
    expect(sql).toMatch(/password 'SCRAM-SHA-256\$4096:[^']+'/);
  });

  it('is another one for each tenant, and no longer than a name may be', () => {
    const ids = ['a-b', 'a_b', 'a.b', 'A.B', 'a', 'ab', 'a--b'];
    expect(new Set(ids.map((tenantId) => boundRoleName({ tenantId }))).size).toBe(ids.length);
    expect(boundRoleName({ tenantId: 'x'.repeat(56) })).toHaveLength(63);
    expect(() => boundRoleName({ tenantId: 'x'.repeat(57) })).toThrow(
      expect.objectContaining({ code: 'MT_ARGUMENT_INVALID' }) as Error,
    );
  });

  it.each(['', 'app', 'app_', 'App:', "a':", 'a b:', '1a:', ':', `${'x'.repeat(32)}:`])(
    'refuses the prefix %j',
    (prefix) => {
      const refused = expect.objectContaining({ code: 'MT_ARGUMENT_INVALID' }) as Error;
      expect(() => boundRoleName({ tenantId: A, prefix })).toThrow(refused);
      expect(() => boundTableSql('project', prefix)).toThrow(refused);
    },
  );

  it.each(['', 'x\n', 'pässword', 'x'.repeat(257)])(
    'refuses a password that is not printable ASCII, without telling it',
    (password) => {
      expect(() => boundRoleSql({ tenantId: A, memberOf: 'app', password })).toThrow(
        expect.objectContaining({
          code: 'MT_ARGUMENT_INVALID',
          message: expect.not.stringContaining('pässword') as string,
        }) as Error,
      );
    },
  );

  it.each(['public', 'none', 'a b', `a"; drop table x`])('refuses membership of %j', (memberOf) => {
    expect(() => boundRoleSql({ tenantId: A, memberOf, password: 'x' })).toThrow(
      expect.objectContaining({ code: 'MT_ARGUMENT_INVALID' }) as Error,
    );
  });
});
