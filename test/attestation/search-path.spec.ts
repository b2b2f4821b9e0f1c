import { attestRowLevelSecurity, tenantPoliciesSql, tenantTableSql } from '@tenantry/postgres';
import type { SqlSession } from '@tenantry/postgres';
import { pgliteBench, postgresBench } from './support/benches.js';
import type { Bench } from './support/benches.js';

/** What stands before PostgreSQL's own: every text is equal and no other, and the setting is of the schema's making. */
const EVIL = `
  drop schema if exists evil cascade; create schema evil; grant usage on schema evil to public;
  create function evil.same(text, text) returns boolean language sql immutable as 'select true';
  create function evil.never(text, text) returns boolean language sql immutable as 'select false';
  create function evil.same(varchar, text) returns boolean language sql immutable as 'select true';
  create operator evil.= (leftarg = text, rightarg = text, function = evil.same);
  create operator evil.<> (leftarg = text, rightarg = text, function = evil.never);
  create operator evil.= (leftarg = varchar, rightarg = text, function = evil.same);
  create function evil.current_setting(text, boolean) returns text language sql as $$ select 'beta' $$;
  create function evil.num_nulls(variadic "any") returns int language internal as 'pg_num_nulls';
  create domain evil.text as pg_catalog.text check (value = 'evil');`;
const FIRST = `set local search_path = evil, pg_catalog, public;`;

describe.each([
  ['PostgreSQL', postgresBench],
  ['PGlite', pgliteBench],
])('a schema before pg_catalog on the search path, on %s', (_name, open) => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await open();
  }, 120_000);
  afterAll(() => bench.drop());
  beforeEach(async () => {
    await bench.admin.query(`drop schema public cascade; create schema public; grant usage on schema public to public;
      ${EVIL} create table t (tenant_id text not null, id int); create table v (tenant_id varchar not null, id int);
      insert into t values ('acme', 1), ('beta', 2); insert into v values ('acme', 1), ('beta', 2);
      grant select, insert on t, v to ${bench.appRole};`);
  });

  /** Ids that the application sees as `acme`. */
  const seen = (table: string): Promise<unknown[]> =>
    asApplication(async (tx) => {
      await tx.query(`select set_config('tenantry.tenant_id', 'acme', true)`);
      return (await tx.query(`select id from public.${table}`)).rows;
    });

  const asApplication = <T>(work: (tx: SqlSession) => Promise<T>): Promise<T> =>
    bench.app.transaction(async (tx) => {
      if (bench.assumed.role !== undefined) await tx.query(`select set_config('role', $1, true)`, [bench.assumed.role]);
      return work(tx);
    });

  it('is not used by policies that were made with it there: tenantTableSql', async () => {
    await bench.admin.query(`${FIRST} ${tenantTableSql('public.t')} ${tenantTableSql('public.v')}`);
    expect(await seen('t')).toEqual([{ id: 1 }]);
    expect(await seen('v')).toEqual([{ id: 1 }]);
    expect(await attestRowLevelSecurity(bench.app, { tables: ['public.t', 'public.v'], ...bench.assumed })).toEqual([]);
  });

  it('with an operator for varchar alone is not used either, behind pg_catalog', async () => {
    await bench.admin.query(`set local search_path = pg_catalog, public, evil; ${tenantTableSql('public.v')}`);
    expect(await seen('v')).toEqual([{ id: 1 }]);
  });

  it('stops the SQL of tenantPoliciesSql, which runs without it and binds the same rows', async () => {
    const written = await tenantPoliciesSql(bench.admin, { tables: ['public.t', 'public.v'] });
    await expect(bench.admin.query(`${FIRST} ${written}`)).rejects.toThrow('another schema before pg_catalog');
    await bench.admin.query(`create temporary table shadow (id int); ${written}`);
    expect([await seen('t'), await seen('v')]).toEqual([[{ id: 1 }], [{ id: 1 }]]);
  });

  it('does not deceive readers of policies: policies are written again, and found', async () => {
    const own = `tenant_id = pg_catalog.current_setting('tenantry.tenant_id', true)`;
    const policy = `using (${own}) with check (${own})`;
    await bench.admin.query(`drop table public.v; ${FIRST} create policy tenant_isolation on public.t ${policy};
      alter table public.t enable row level security; alter table public.t force row level security;`);
    const kinds = await withSearchPath(async () => {
      const found = await attestRowLevelSecurity(bench.app, { tables: ['public.t'], ...bench.assumed });
      return found.map(({ kind }) => kind);
    });
    expect(kinds).toEqual(['policy-not-understood']);
    const sql = await withSearchPath(() => tenantPoliciesSql(bench.admin, { tables: ['public.t'] }));
    expect(sql).toContain('create policy tenant_isolation on public.t');
    await bench.admin.query(sql);
    expect(await seen('t')).toEqual([{ id: 1 }]);
  });

  it('does not hide an operator of its own from the attestation', async () => {
    const own = `tenant_id = current_setting('tenantry.tenant_id', true)`;
    await bench.admin.query(`drop table public.t; set local search_path = public, evil, pg_catalog;
      create policy p on public.v using (${own}) with check (${own});
      alter table public.v enable row level security; alter table public.v force row level security;`);
    expect(await seen('v')).toEqual([{ id: 1 }, { id: 2 }]);
    const found = await withSearchPath(() =>
      attestRowLevelSecurity(bench.app, { tables: ['public.v'], ...bench.assumed }),
    );
    expect(found.map(({ kind }) => kind)).toEqual(['policy-not-understood']);
  });

  /** Every connection has the schema in front. */
  const withSearchPath = async <T>(work: () => Promise<T>): Promise<T> => {
    const path = 'evil, pg_catalog, public';
    const both = [bench.app, bench.admin];
    for (const database of both) await database.query(`select pg_catalog.set_config('search_path', $1, false)`, [path]);
    try {
      for (const database of both)
        expect((await database.query('show search_path')).rows).toEqual([{ search_path: path }]);
      return await work();
    } finally {
      for (const database of both)
        await database.query(`select pg_catalog.set_config('search_path', '"$user", public', false)`);
    }
  };
});
