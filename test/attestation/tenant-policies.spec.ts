import { attestRowLevelSecurity, PoliciesRefusedError, TenantDatabase, tenantPoliciesSql } from '@tenantry/postgres';
import type { TenantSql } from '@tenantry/postgres';
import { pgliteBench, postgresBench } from './support/benches.js';
import type { Bench } from './support/benches.js';
import { LONGEST_TABLE, MESSY_SCHEMA } from './support/messy-schema.js';

const MESSY = { schema: 'Messy', except: ['country'] };
const TABLES = ['customer', 'Order', 'shipment', 'event', 'note', 'special_note', 'tag'].map((name) => `Messy.${name}`);

describe.each([
  ['PostgreSQL', postgresBench],
  ['PGlite', pgliteBench],
])('a messy schema made a tenants’ one on %s', (_name, open) => {
  let bench: Bench;
  let written: string;
  let acme: TenantSql;
  let beta: TenantSql;

  beforeAll(async () => {
    bench = await open();
    await bench.owner.query(MESSY_SCHEMA);
    written = await tenantPoliciesSql(bench.owner, { ...MESSY, existingRows: 'acme' });
    await bench.owner.query(written);
    await bench.owner.query(`
      grant usage on schema "Messy" to ${bench.appRole};
      grant select, insert, update, delete on all tables in schema "Messy" to ${bench.appRole};
      grant usage on all sequences in schema "Messy" to ${bench.appRole};`);
    const tenants = new TenantDatabase(bench.app, { tenant: { id: 'none' } }, bench.assumed);
    [acme, beta] = [tenants.forTenant('acme'), tenants.forTenant('beta')];
  }, 120_000);
  afterAll(() => bench.drop());

  const count = async (tenant: TenantSql, table: string): Promise<number> => {
    const { rows } = await tenant.query<{ n: number }>(`select count(*)::int as n from "Messy".${table}`);
    return rows[0]?.n ?? -1;
  };

  it('can be run again, and then has nothing left to write', async () => {
    await bench.owner.query(written);
    expect(await tenantPoliciesSql(bench.owner, MESSY)).toBe(
      '-- Nothing is to be done: every table is bound to its tenants.\n',
    );
  });

  it('leaves the attestation nothing to find', async () => {
    expect(await attestRowLevelSecurity(bench.app, { tables: TABLES, ...bench.assumed })).toEqual([]);
  });

  it.each([
    'customer',
    '"Order"',
    '"order ""line"""',
    'shipment',
    'event',
    'event_2025',
    'event_2026_all',
    `"${LONGEST_TABLE}"`,
    'note',
    'special_note',
  ])('gives what was there to one tenant: %s', async (table) => {
    expect(await count(acme, table)).toBeGreaterThan(0);
    expect(await count(beta, table)).toBe(0);
  });

  it('lets two tenants have the same unique values', async () => {
    await beta.query(`insert into "Messy".customer (id, email, name) values (1, 'ann@x.com', 'ANN')`);
    await beta.query(`insert into "Messy"."Order" ("customerId", "Ref") values (1, 'r1')`);
    await beta.query(`insert into "Messy".event (id, at, customer_id) values (1, '2025-05-05', 1)`);
    await expect(beta.query(`insert into "Messy".customer (email) values ('ann@x.com')`)).rejects.toMatchObject({
      code: '23505',
    });
    await expect(beta.query(`insert into "Messy".customer (email, name) values ('x', 'aNN')`)).rejects.toMatchObject({
      code: '23505',
    });
  });

  it('refuses a reference to another tenant’s row', async () => {
    await expect(beta.query(`insert into "Messy"."Order" ("customerId") values (2)`)).rejects.toMatchObject({
      code: '23503',
    });
  });

  it('cascades within the tenant alone', async () => {
    await beta.query('delete from "Messy".event');
    await beta.query('delete from "Messy".customer where id = 1');
    expect(await count(beta, '"Order"')).toBe(0);
    expect([await count(acme, 'customer'), await count(acme, '"Order"')]).toEqual([2, 2]);
  });

  it('keeps the tenant when ON DELETE SET NULL or SET DEFAULT empties a reference, and all or none of a full one', async () => {
    await acme.query(`delete from "Messy"."order ""line""" where order_id = 1`);
    const shipment = await acme.query('select order_id, line from "Messy".shipment where order_id is null');
    expect(shipment.rowCount).toBe(2);
    await expect(acme.query(`insert into "Messy".shipment (order_id, line) values (1, null)`)).rejects.toMatchObject({
      code: '23514',
    });
    await acme.query(`delete from "Messy".event where customer_id = 2`);
    await acme.query(`delete from "Messy".customer where id = 2`);
    expect(await count(acme, 'shipment')).toBe(2);
  });

  it('refuses rows and moves into another tenant, and counts in the keys that it fills in by itself', async () => {
    await expect(beta.query(`insert into "Messy".note (tenant_id, id) values ('acme', 9)`)).rejects.toMatchObject({
      code: '42501',
    });
    await beta.query(`insert into "Messy".note (id) values (9)`);
    await expect(beta.query(`update "Messy".note set tenant_id = 'acme'`)).rejects.toMatchObject({ code: '42501' });
    expect(await count(acme, 'note where id = 9')).toBe(0);
  });
});

describe('tenantPoliciesSql', () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await postgresBench();
    await bench.owner.query(MESSY_SCHEMA);
  });
  afterAll(() => bench.drop());
  beforeEach(async () => {
    await bench.owner.query('drop schema if exists s cascade; create schema s;');
  });

  const obstaclesOf = async (ddl: string, tables: string[], existingRows?: string): Promise<readonly string[]> => {
    await bench.owner.query(`set local search_path to s; ${ddl}`);
    const options = { tables, ...(existingRows === undefined ? {} : { existingRows }) };
    const error: unknown = await tenantPoliciesSql(bench.owner, options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PoliciesRefusedError);
    return (error as PoliciesRefusedError).obstacles;
  };

  it('refuses rows without a tenant, table by table, and changes nothing', async () => {
    const refusal = tenantPoliciesSql(bench.owner, MESSY);
    await expect(refusal).rejects.toMatchObject({ code: 'MT_POLICIES_REFUSED' });
    await expect(refusal).rejects.toThrow('"Messy".customer has rows without a tenant');
    await expect(refusal).rejects.toThrow('"Messy".event has rows without a tenant');
    await expect(refusal).rejects.not.toThrow('"Messy".tag has rows');
  });

  it('gives a table nothing but what it misses', async () => {
    await bench.owner.query('create table s.t (tenant_id text not null, id int, primary key (tenant_id, id))');
    const sql = await tenantPoliciesSql(bench.owner, { tables: ['s.t'] });
    expect(sql).toContain('create policy tenant_isolation on s.t');
    expect(sql).not.toMatch(/add column|constraint|index/);
  });

  it('fills in rows without a tenant only', async () => {
    await bench.owner.query(
      `create table s.t (tenant_id text, id int); insert into s.t values ('beta', 1), (null, 2);`,
    );
    await bench.owner.query(await tenantPoliciesSql(bench.owner, { tables: ['s.t'], existingRows: 'acme' }));
    const { rows } = await bench.admin.query('select tenant_id from s.t order by id');
    expect(rows).toEqual([{ tenant_id: 'beta' }, { tenant_id: 'acme' }]);
  });

  it('finds rows that refer to another tenant already, also where the owner was bound', async () => {
    await bench.owner.query(`
      create table s.a (tenant_id text not null, id int primary key);
      create table s.b (tenant_id text not null, a_id int references s.a);
      insert into s.a values ('acme', 1); insert into s.b values ('beta', 1);
      alter table s.a enable row level security; alter table s.a force row level security;
      alter table s.b enable row level security; alter table s.b force row level security;`);
    const sql = await tenantPoliciesSql(bench.owner, { tables: ['s.a', 's.b'] });
    await expect(bench.owner.query(sql)).rejects.toMatchObject({ code: '23503' });
  });

  it.each([
    ['create view v as select 1', ['s.v'], 's.v is no table'],
    ['create table t (tenant_id int)', ['s.t'], 'tenant_id of type integer'],
    [
      'create table p (id int) partition by list (id); create table q partition of p default',
      ['s.q'],
      'is a partition',
    ],
    ['create table a (id int primary key); create table b (a int references a)', ['s.a'], 's.b refers to s.a'],
    [
      'create table a (id int primary key); create table b (a int references a on update set null)',
      ['s.a', 's.b'],
      'ON UPDATE SET NULL',
    ],
    ['create table base (id int); create table t (tenant_id text) inherits (base)', ['s.t'], 'has the parent s.base'],
    [
      'create table t (tenant_id text not null); create policy "o""ld" on t for select using (true)',
      ['s.t'],
      'run "drop policy "o""ld" on s.t"',
    ],
    [
      `create table t (tenant_id text not null); create policy old on t for insert with check (tenant_id = upper(current_setting('tenantry.tenant_id')))`,
      ['s.t'],
      'has the policy "old"',
    ],
    ['create table t (id int, exclude using btree (id with =))', ['s.t'], 'exclusion constraint'],
  ])('refuses after %s', async (ddl, tables, obstacle) => {
    expect(await obstaclesOf(ddl, tables)).toEqual([expect.stringContaining(obstacle)]);
  });

  it('takes a parent along when it is chosen too, and binds its rows', async () => {
    await bench.owner.query(`create table s.base (id int); create table s.t (extra text) inherits (s.base);`);
    await bench.owner.query(await tenantPoliciesSql(bench.owner, { tables: ['s.base', 's.t'] }));
    await bench.admin.query(`grant usage on schema s to ${bench.appRole};
      grant select on s.base, s.t to ${bench.appRole}; insert into s.t (tenant_id, id) values ('acme', 1), ('beta', 2);`);
    const tenants = new TenantDatabase(bench.app, { tenant: { id: 'none' } }, bench.assumed);
    expect((await tenants.forTenant('acme').query('select id from s.base')).rows).toEqual([{ id: 1 }]);
    expect(await attestRowLevelSecurity(bench.app, { tables: ['s.t'], ...bench.assumed })).toEqual([]);
  });

  it('leaves policies alone that are bound, held back by a restrictive one, or another role’s', async () => {
    const own = `tenant_id = current_setting('tenantry.tenant_id')`;
    await bench.owner.query(`
      create table s.t (tenant_id text not null);
      create policy bound on s.t for select using (${own});
      create policy backup on s.t for select to ${bench.thirdRole} using (true);
      create table s.held (tenant_id text not null); create policy open on s.held using (true);
      create policy held on s.held as restrictive using (${own});`);
    await expect(tenantPoliciesSql(bench.owner, { tables: ['s.t', 's.held'] })).resolves.toContain('on s.held');
  });

  it.each([{ tables: ['s.none'] }, { tables: ['a;b'] }])('refuses %j', async (options) => {
    await expect(tenantPoliciesSql(bench.owner, options)).rejects.toMatchObject({ code: 'MT_ARGUMENT_INVALID' });
  });

  it('refuses a malformed tenant', async () => {
    const options = { schema: 'Messy', existingRows: `a'; drop table x; --` };
    await expect(tenantPoliciesSql(bench.owner, options)).rejects.toMatchObject({
      code: 'MT_TENANT_IDENTIFIER_INVALID',
    });
  });
});
