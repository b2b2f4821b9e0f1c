import { assertRowLevelSecurity, attestRowLevelSecurity, IsolationUnsafeError } from '@tenantry/postgres';
import type { IsolationFinding } from '@tenantry/postgres';
import { BAD_THINGS, goodDatabaseSql } from './support/bad-things.js';
import type { BadThing } from './support/bad-things.js';
import { ATTACKS } from './support/attacks.js';
import { pgliteBench, postgresBench } from './support/benches.js';
import type { Bench } from './support/benches.js';
import { LISTED } from './support/listed-findings.js';

describe.each([
  ['PostgreSQL', postgresBench],
  ['PGlite', pgliteBench],
])('the attestation on %s', (_name, open) => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await open();
  }, 120_000);
  afterAll(() => bench.drop());
  beforeEach(() => bench.admin.query(goodDatabaseSql(bench)));

  const attest = (tables: readonly string[] = []): Promise<IsolationFinding[]> =>
    attestRowLevelSecurity(bench.app, { tables: ['project', ...tables], ...bench.assumed });

  it('finds nothing in a database that is in order', async () => {
    expect(await attest()).toEqual([]);
  });

  it.each(BAD_THINGS)('finds, and fixes by the SQL that it prints: $what', async ({ sql, tables, found }: BadThing) => {
    await bench.admin.query(sql(bench));
    const findings = await attest(tables);
    expect(findings.map((each) => (each.sql === null ? `${each.kind} by hand` : each.kind))).toEqual(found);
    for (const { kind, severity, problem, remedy, object } of findings) {
      expect({ kind, severity }).toEqual({ kind, severity: LISTED.get(kind) });
      expect(problem.startsWith(object)).toBe(true);
      expect(remedy).not.toBe('');
    }
    for (const each of findings) if (each.sql !== null) await bench.admin.query(each.sql);
    const left = await attest(tables);
    expect(left).toEqual(findings.filter((each) => each.sql === null));
  });

  it('skips what the role cannot use, and what is to be ignored', async () => {
    await bench.admin.query(`
      create table hidden (tenant_id text); create view hidden_view as select * from project;
      create materialized view hidden_copy as select * from project;
      create table known (tenant_id text); create view known_view as select * from project;
      grant select on known, known_view to ${bench.appRole};
      create policy backup on project for select to ${bench.thirdRole} using (true);
      create table log (id int); create rule kept as on insert to project do also insert into log values (new.id);
      create table hidden_inbox (x int); create rule poke as on insert to hidden_inbox do also delete from project;
      create table known_inbox (x int); create rule poke as on insert to known_inbox do also delete from project;
      grant insert on known_inbox to ${bench.appRole};
      create view checked with (security_invoker = true) as select * from project; grant select on checked to ${bench.appRole};`);
    const options = { tables: ['project'], ignore: ['known', 'public.known_view', 'known_inbox'], ...bench.assumed };
    expect(await attestRowLevelSecurity(bench.app, options)).toEqual([]);
  });

  it('accepts a permissive policy that a restrictive one holds back, and a comparison in every branch', async () => {
    const own = `tenant_id = current_setting('tenantry.tenant_id')`;
    await bench.admin.query(`
      create policy open on project using (true) with check (true);
      create policy held on project as restrictive using (${own});
      create table branches (tenant_id text not null, id int); alter table branches enable row level security;
      alter table branches force row level security;
      create policy p on branches using ((${own} and id > 0) or (id < 0 and (select ${own}))) with check (${own} and id <> 0);
      grant select, insert on branches to ${bench.appRole};`);
    expect(await attest(['branches'])).toMatchObject([{ kind: 'policy-not-understood' }]);
    await bench.admin.query(`drop policy p on branches;
      create policy p on branches using ((${own} and id > 0) or (id < 0 and ${own})) with check (${own} and id <> 0);`);
    expect(await attest(['branches'])).toEqual([]);
  });

  it('stops the start for an error, and hands warnings over', async () => {
    await bench.admin.query('alter table project add unique (name)');
    const options = { tables: ['project'], ...bench.assumed };
    expect(await assertRowLevelSecurity(bench.app, options)).toMatchObject([{ severity: 'warning' }]);
    await bench.admin.query('alter table project no force row level security');
    const error: unknown = await assertRowLevelSecurity(bench.app, options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(IsolationUnsafeError);
    expect((error as IsolationUnsafeError).findings.map(({ severity }) => severity)).toEqual(['error', 'warning']);
    expect((error as Error).message).toContain('\n- Warning: unique key');
  });
});

describe('the attestation of a database with everything wrong', () => {
  it('finds one of every kind that the guide lists, and nothing else', async () => {
    const bench = await postgresBench();
    try {
      const elsewhere = [
        'server-outdated',
        'row-security-off',
        'tenant-preset',
        'role-creates-roles',
        'login-past-rls',
      ];
      const kinds = new Set<string>(elsewhere);
      for (const { sql, tables = [] } of [...BAD_THINGS, ...ATTACKS]) {
        await bench.admin.query(goodDatabaseSql(bench));
        await bench.admin.query(sql(bench));
        const found = await attestRowLevelSecurity(bench.app, { tables: ['project', ...tables] });
        for (const { kind } of found) kinds.add(kind);
      }
      expect([...kinds].sort()).toEqual([...LISTED.keys()].sort());
    } finally {
      await bench.drop();
    }
  });

  it('finds row_security switched off, and its SQL holds for new connections', async () => {
    const bench = await postgresBench();
    const attestAgain = async (): Promise<IsolationFinding[]> => {
      const database = bench.connectAgain();
      try {
        return await attestRowLevelSecurity(database, { tables: ['project'] });
      } finally {
        await database.close();
      }
    };
    try {
      await bench.admin.query(goodDatabaseSql(bench));
      await bench.admin.query(`alter role ${bench.appRole} set row_security = off`);
      const findings = await attestAgain();
      expect(findings).toMatchObject([{ kind: 'row-security-off', severity: LISTED.get('row-security-off') }]);
      await bench.admin.query(findings[0]?.sql ?? '');
      expect(await attestAgain()).toEqual([]);
    } finally {
      await bench.drop();
    }
  });
});
