import pg from 'pg';
import {
  attestRowLevelSecurity,
  boundRoleName,
  boundRoleSql,
  boundTableSql,
  dropBoundRoleSql,
  pgDatabase,
} from '@tenantry/postgres';
import type { IsolationFinding, SqlDatabase } from '@tenantry/postgres';
import { createTestDatabase } from '../support/postgres.js';
import { ROWS, SECRET } from './support/attack.js';
import { goodDatabaseSql } from './support/bad-things.js';
import { postgresBench } from './support/benches.js';
import type { Bench } from './support/benches.js';

describe('the role of the application', () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await postgresBench();
  });
  afterAll(() => bench.drop());
  beforeEach(() => bench.admin.query(`${goodDatabaseSql(bench)} ${ROWS}`));

  const attest = (): Promise<IsolationFinding[]> => attestRowLevelSecurity(bench.app, { tables: ['project'] });
  it('with CREATEROLE makes itself a member of a bypassing one before PostgreSQL 16, which is found, and of none since', async () => {
    await bench.admin.query(`alter role ${bench.appRole} createrole; alter role ${bench.thirdRole} bypassrls;
      grant usage on schema public to ${bench.thirdRole}; grant select on project to ${bench.thirdRole};`);
    const attack = (): Promise<unknown> =>
      bench.app.transaction(async (tx) => {
        await tx.query(`grant ${bench.thirdRole} to ${bench.appRole}`);
        await tx.query(`set local role ${bench.thirdRole}`);
        const { rows } = await tx.query('select name from project');
        throw new Error(JSON.stringify(rows));
      });
    const open = (await versionOf(bench.admin)) < 160_000;
    await expect(attack()).rejects.toThrow(open ? SECRET : 'permission denied');
    const findings = await attest();
    expect(findings.map(({ kind, severity }) => [kind, severity])).toEqual(
      open ? [['role-creates-roles', 'error']] : [],
    );
    for (const { sql } of findings) await bench.admin.query(sql ?? '');
    expect(await attest()).toEqual([]);
    if (open) await expect(attack()).rejects.toThrow('must have admin option');
  });

  it.each([
    ['the role', (b: Bench) => `role ${b.appRole}`],
    ['the database', () => 'database %I'],
    ['the role in the database', (b: Bench) => `role ${b.appRole} in database %I`],
  ])('has a tenant from the start by a setting of %s, which is found', async (_where, whose) => {
    const alter = `alter ${whose(bench)} set tenantry.tenant_id = ''acme''`;
    await bench.admin.query(`do $$ begin execute format('${alter}', current_database()); end $$`);
    const unnamed = async (): Promise<unknown> => {
      const database = bench.connectAgain();
      return (await database.query('select name from project').finally(() => database.close())).rows;
    };
    expect(await unnamed()).toEqual([{ name: SECRET }]);
    const findings = await attest();
    expect(findings).toMatchObject([{ kind: 'tenant-preset', severity: 'warning' }]);
    await bench.admin.query(findings[0]?.sql ?? '');
    expect(await attest()).toEqual([]);
    expect(await unnamed()).toEqual([]);
  });
});

describe('a bound role', () => {
  it('gains nothing by giving its group’s things up or away, and is found to be in order', async () => {
    const test = await createTestDatabase();
    const admin = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 1 }));
    const prefix = `${test.appRole}:`.replace('tenantry_app_', 'b');
    const [role, group] = [boundRoleName({ tenantId: 'beta', prefix }), `${test.appRole}_group`];
    const thirdRole = `${test.appRole}_third`;
    await admin.query(`create role ${group}; create role ${thirdRole}; create role ${thirdRole}_owner;
      ${goodDatabaseSql({ appRole: test.appRole, ownerRole: `${thirdRole}_owner`, thirdRole } as Bench)} ${ROWS}
      grant usage on schema public to ${group}; grant select, insert, update, delete on project to ${group};
      ${boundTableSql('project', prefix)} ${boundRoleSql({ tenantId: 'beta', prefix, password: 'p', memberOf: group })}`);
    const bound = pgDatabase(new pg.Pool({ connectionString: urlOf(test.adminUrl, role), max: 1 }));
    const state = async (): Promise<unknown> => (await admin.query(STATE, [[group, role]])).rows;
    try {
      const before = await state();
      expect(await attestRowLevelSecurity(bound, { tables: ['project'] })).toEqual([]);
      for (const attack of [
        `drop owned by ${group}`,
        `drop owned by ${group} cascade`,
        `drop owned by "${role}", ${group}`,
        `reassign owned by ${group} to "${role}"`,
      ]) {
        await bound.query(attack);
      }
      for (const attack of [`reassign owned by ${thirdRole}_owner to "${role}"`, `drop owned by ${thirdRole}_owner`]) {
        await expect(bound.query(attack)).rejects.toMatchObject({ code: '42501' });
      }
      expect(await state()).toEqual(before);
      await bound.query(`select set_config('tenantry.tenant_id', 'acme', false)`);
      expect((await bound.query('select name from project')).rows).toEqual([]);
    } finally {
      await bound.close();
      await admin.query(`${dropBoundRoleSql({ tenantId: 'beta', prefix })} drop owned by ${group}, ${thirdRole}, ${thirdRole}_owner cascade;
        drop role ${group}, ${thirdRole}, ${thirdRole}_owner;`);
      await admin.close();
      await test.drop();
    }
  });

  it('is not trusted to keep a policy that is for its group alone, which newer servers let it drop', async () => {
    const bench = await postgresBench();
    const own = `tenant_id = current_setting('tenantry.tenant_id', true)`;
    try {
      await bench.admin.query(`${goodDatabaseSql(bench)} ${ROWS} grant ${bench.thirdRole} to ${bench.appRole};
        create policy open on project for select using (true);
        create policy held on project as restrictive to ${bench.thirdRole} using (${own});`);
      const seen = async (): Promise<string> =>
        JSON.stringify((await bench.app.query('select name from project')).rows);
      expect(await seen()).not.toContain(SECRET);
      const found = await attestRowLevelSecurity(bench.app, { tables: ['project'] });
      expect(found.map(({ kind }) => kind)).toEqual(['policy-not-bound-to-tenant']);
      await bench.app.query(`drop owned by ${bench.thirdRole}`);
      const isDropped = (await versionOf(bench.admin)) >= 180_000;
      expect((await seen()).includes(SECRET)).toBe(isDropped);
    } finally {
      await bench.drop();
    }
  });
});

async function versionOf(database: SqlDatabase): Promise<number> {
  const { rows } = await database.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  );
  return rows[0]?.version ?? 0;
}

/** Who may do what with the table, which policies it has, and who is a member of what. */
const STATE = `
  select c.relacl::text as rights, (select json_agg(json_build_object('name', p.polname, 'roles', p.polroles,
      'using', pg_get_expr(p.polqual, p.polrelid)) order by p.polname) from pg_policy p where p.polrelid = c.oid) as policies,
    (select json_agg(json_build_array(g.rolname, m.rolname) order by g.rolname) from pg_auth_members a
      join pg_roles g on g.oid = a.roleid join pg_roles m on m.oid = a.member where m.rolname = any ($1)) as members,
    pg_get_userbyid(c.relowner) as owner
  from pg_class c where c.oid = 'public.project'::regclass`;

function urlOf(adminUrl: string, user: string): string {
  const url = new URL(adminUrl);
  [url.username, url.password] = [encodeURIComponent(user), 'p'];
  return url.href;
}
