import { boundRoleName, boundRoleSql, boundTableSql, dropBoundRoleSql } from '@tenantry/postgres';
import { onBoundPool } from './support/isolated-data.js';
import { A } from './support/tenants-server.js';

describe('the login role of a tenant', () => {
  it('can be made again, with another password, and taken away again', async () => {
    const data = await onBoundPool();
    const { admin, rolePrefix: prefix, tablesRole: memberOf } = data.server;
    await admin.query(boundRoleSql({ tenantId: A, prefix, memberOf, password: 'another' }));
    await admin.query(boundRoleSql({ tenantId: A, prefix, memberOf, password: 'another' }));
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

  it.each([
    ['that can log in', 'login', '', /can log in/],
    ['that is a superuser', 'superuser', '', /is a superuser/],
    ['that bypasses row-level security', 'bypassrls', '', /bypasses row-level security/],
    ['that may create roles', 'createrole', '', /may create roles/],
    ['that owns tables', '', 'create table owned (id int); alter table owned owner to group_x', /owns tables/],
    [
      'that may use the catalog',
      '',
      'create schema tenantry; grant usage on schema tenantry to group_x',
      /schema tenantry/,
    ],
    ['that is a member of the application', '', 'grant app_x to group_x', /"\w+_app_\w+", which can log in/],
  ])('is no member of a group %s', async (_what, attributes, extra, reason) => {
    const data = await onBoundPool();
    const { admin, rolePrefix: prefix, test } = data.server;
    const memberOf = test.appRole.replace('app', 'group');
    await admin.query(`create role ${memberOf} ${attributes}`);
    await admin.query(extra.replaceAll('group_x', memberOf).replaceAll('app_x', test.appRole));
    const making = admin.query(boundRoleSql({ tenantId: 'new', prefix, memberOf, password: 'x' }));
    await expect(making).rejects.toThrow(reason);
    const made = await admin.query('select 1 from pg_roles where rolname = $1', [`${prefix}new`]);
    expect(made.rowCount).toBe(0);
    await admin.query(`drop owned by ${memberOf}; drop role ${memberOf};`);
    await data.close();
  });

  it('is not made again as long as it is a member of the application', async () => {
    const data = await onBoundPool();
    const { admin, rolePrefix: prefix, tablesRole: memberOf, test } = data.server;
    await admin.query(`grant ${test.appRole} to "${data.roleOf(A)}"`);
    const again = admin.query(boundRoleSql({ tenantId: A, prefix, memberOf, password: 'x' }));
    await expect(again).rejects.toThrow(`would get at role "${test.appRole}", which can log in`);
    await data.close();
  });

  it('has the rights of its group, and cannot assume it where PostgreSQL knows the difference', async () => {
    const data = await onBoundPool();
    const { admin, tablesRole } = data.server;
    const { rows } = await admin.query<{ version: number }>(
      `select current_setting('server_version_num')::int as version, pg_has_role($1, $2, 'usage') as inherits`,
      [data.roleOf(A), tablesRole],
    );
    expect(rows).toMatchObject([{ inherits: true }]);
    const assuming = data.strategy.forTenant(A).query(`set role ${tablesRole}`);
    const outcome = await assuming.then(
      () => 'assumed',
      ({ code }: { code: string }) => code,
    );
    expect(outcome).toBe(Number(rows[0]?.version) < 160_000 ? 'assumed' : '42501');
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
    'refuses a password that is not printable ASCII, without showing it',
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
