import pg from 'pg';
import {
  assertRowLevelSecurity,
  attestRowLevelSecurity,
  IsolationUnsafeError,
  pgDatabase,
  pgliteDatabase,
  tenantTableSql,
} from '@tenantry/postgres';
import { createPglite, createTestDatabase } from '../../../../test/support/postgres.js';
import type { SqlDatabase } from '@tenantry/postgres';
import type { TestDatabase } from '../../../../test/support/postgres.js';

const OWN = `tenant_id = nullif(current_setting('tenantry.tenant_id', true), '')`;

describe('row-level-security attest on PostgreSQL', () => {
  let test: TestDatabase;
  let admin: SqlDatabase;
  let app: SqlDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
    admin = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 1 }));
    app = pgDatabase(new pg.Pool({ connectionString: test.appUrl, max: 1 }));
  });
  afterAll(async () => {
    await Promise.all([admin.close(), app.close()]);
    await test.drop();
  });
  beforeEach(async () => {
    await admin.query('drop table if exists doc cascade; create table doc (tenant_id text not null, id int);');
    await admin.query(tenantTableSql('doc'));
  });

  const findings = (table = 'doc'): Promise<[string, string][]> =>
    attestRowLevelSecurity(app, { tables: [table] }).then((all) => all.map(({ kind, object }) => [kind, object]));

  it('finds nothing on a table made with the kit, and the start continues', async () => {
    expect(await findings()).toEqual([]);
    expect(await findings('public.doc')).toEqual([]);
    await expect(assertRowLevelSecurity(app, { tables: ['doc'] })).resolves.toEqual([]);
  });

  it('can be applied again', async () => {
    await admin.query(tenantTableSql('public.doc'));
    expect(await findings()).toEqual([]);
  });

  it.each([
    ['alter table doc disable row level security', 'rls-disabled', '"doc"'],
    ['drop policy tenant_isolation on doc', 'policy-missing', '"doc"'],
    [
      `drop policy tenant_isolation on doc; create policy p on doc using (${OWN})`,
      'policy-without-check',
      'policy "p" on "doc"',
    ],
    ['create policy open on doc for select using (true)', 'policy-not-bound-to-tenant', 'policy "open" on "doc"'],
    ['create policy open on doc for insert with check (true)', 'policy-not-bound-to-tenant', 'policy "open" on "doc"'],
    [
      `create policy open on doc using (${OWN}) with check (true)`,
      'policy-not-bound-to-tenant',
      'policy "open" on "doc"',
    ],
    ['drop table doc', 'table-missing', '"doc"'],
    ['alter table doc rename to real_doc; create view doc as select * from real_doc', 'view-not-checked', '"doc"'],
    [
      'alter table doc rename to real_doc; create materialized view doc as select * from real_doc',
      'view-not-checked',
      '"doc"',
    ],
  ])('after `%s` finds %s', async (sql, kind, object) => {
    await admin.query('drop table if exists real_doc cascade');
    await admin.query(sql);
    const found = await attestRowLevelSecurity(app, { tables: ['doc'] });
    await admin
      .query('drop view if exists doc')
      .catch(() => admin.query('drop materialized view if exists doc').catch(() => undefined));
    expect(found.map((finding) => [finding.kind, finding.object])).toEqual([[kind, object]]);
    expect(found[0]?.remedy).not.toBe('');
  });

  it('accepts a restrictive policy and a view that checks its reader', async () => {
    await admin.query(
      'create policy more on doc as restrictive using (id > 0); create view doc_view with (security_invoker = true) as select * from doc;',
    );
    expect(await findings()).toEqual([]);
    expect(await findings('doc_view')).toEqual([]);
  });

  it('finds an owner on whom row-level security is not forced, and its remedy fixes it', async () => {
    await admin.query(`alter table doc owner to ${test.appRole}; alter table doc no force row level security;`);
    const found = await attestRowLevelSecurity(app, { tables: ['doc'] });
    expect(found.map(({ kind }) => kind)).toEqual(['owner-not-forced', 'role-owns-table']);
    await app.query(found[0]?.remedy ?? '');
    expect(await findings()).toEqual([['role-owns-table', '"doc"']]);
  });

  it('finds a superuser and a role with BYPASSRLS', async () => {
    expect((await attestRowLevelSecurity(admin, { tables: ['doc'] })).map(({ kind }) => kind)).toEqual([
      'role-superuser',
    ]);
    const assumed = await attestRowLevelSecurity(admin, { tables: ['doc'], role: test.appRole });
    expect(assumed.map(({ kind, severity }) => [kind, severity])).toEqual([['login-past-rls', 'warning']]);
    await admin.query(`alter role ${test.appRole} bypassrls`);
    expect(await findings()).toEqual([['role-bypasses-rls', `"${test.appRole}"`]]);
    await admin.query(`alter role ${test.appRole} nobypassrls`);
  });

  it('stops the start with every finding in the error', async () => {
    await admin.query('alter table doc disable row level security; drop policy tenant_isolation on doc;');
    const error: unknown = await assertRowLevelSecurity(admin, { tables: ['doc', 'none'] }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(IsolationUnsafeError);
    expect(error).toMatchObject({ code: 'MT_ISOLATION_UNSAFE' });
    const { findings: all, message } = error as IsolationUnsafeError;
    expect(all.map(({ kind }) => kind)).toEqual(['role-superuser', 'rls-disabled', 'policy-missing', 'table-missing']);
    for (const { problem, remedy } of all) expect(message).toContain(`${problem} Remedy: ${remedy}`);
  });
});

describe('row-level-security attest on PGlite', () => {
  it('finds the superuser, and nothing with a role', async () => {
    const database = pgliteDatabase(await createPglite());
    try {
      await database.query(`create table doc (tenant_id text not null); create role app; ${tenantTableSql('doc')}`);
      expect((await attestRowLevelSecurity(database, { tables: ['doc'] })).map(({ kind }) => kind)).toEqual([
        'role-superuser',
      ]);
      expect(await attestRowLevelSecurity(database, { tables: ['doc'], role: 'app' })).toEqual([]);
    } finally {
      await database.close();
    }
  });
});

describe('tenantTableSql', () => {
  it.each(['', 'a b', 'a;b', 'a"b', 'a.b.c', '.a', '1a', 'x'.repeat(50)])('refuses the table %j', (table) => {
    expect(() => tenantTableSql(table)).toThrow(expect.objectContaining({ code: 'MT_ARGUMENT_INVALID' }) as Error);
  });

  it('quotes what it names', () => {
    expect(tenantTableSql('S.Order')).toContain('alter table "S"."Order" force row level security;');
  });
});
