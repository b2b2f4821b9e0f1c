import pg from 'pg';
import { pgDatabase } from '@tenantry/postgres';
import { createTestDatabase } from '../../../../test/support/postgres.js';
import type { ScopedSql, SqlDatabase } from '@tenantry/postgres';
import type { TestDatabase } from '../../../../test/support/postgres.js';
import { until } from '../../../../test/support/until.js';

describe.each([
  ['in one message', {}],
  ['one by one, where the driver pipelines by itself', { pipeline: true }],
])('SQL within settings on pg, sent %s', (_name, change) => {
  let test: TestDatabase;
  let database: SqlDatabase;
  let sql: ScopedSql;
  let notices: string[];

  beforeAll(async () => {
    test = await createTestDatabase();
    const pool = new pg.Pool({ connectionString: test.adminUrl, max: 1, ...change });
    pool.on('connect', (client) => client.on('notice', ({ message = '' }) => notices.push(message)));
    database = pgDatabase(pool);
    await database.query(`create table note (id int primary key, body text, parent int references note deferrable initially deferred);
      create table seen (tenant text);
      create function see() returns trigger language plpgsql as $$ begin insert into seen values (current_setting('tenantry.tenant_id')); return null; end $$;
      create constraint trigger see after insert on note deferrable initially deferred for each row execute function see();
      create sequence counter;
      create procedure ends() language plpgsql as $$ begin commit; end $$;`);
    sql = database.within?.({
      'tenantry.tenant_id': "it's",
      'tenantry.more': '$1',
    }) as ScopedSql;
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });
  beforeEach(async () => {
    notices = [];
    await database.query('truncate note, seen');
  });

  const settings = `select current_setting('tenantry.tenant_id', true) as id, current_setting('tenantry.more', true) as more`;
  const count = async (table = 'note'): Promise<number> =>
    (await database.query<{ n: number }>(`select count(*)::int as n from ${table}`, [])).rows[0]?.n as number;

  it('has them in each call, as they were given, and nowhere else', async () => {
    const set = { id: "it's", more: '$1' };
    expect((await sql.query(settings, [])).rows).toEqual([set]);
    expect((await sql.transaction((tx) => tx.query(settings, []))).rows).toEqual([set]);
    expect((await database.query(settings, [])).rows).toEqual([{ id: '', more: '' }]);
  });

  it('maps values and rows as the driver does', async () => {
    const values = ["it's", 42, true, ['a', null, 'b"c'], { a: [1] }, null, Buffer.from([0, 255]), new Date(0)];
    const text =
      'select $1::text t, $2::int i, $3::bool b, $4::text[] a, $5::jsonb j, $6::text n, $7::bytea y, $8::timestamptz d';
    const [scoped, plain] = [await sql.query(text, values), await database.query(text, values)];
    expect(scoped).toEqual(plain);
    expect(scoped.rows[0]).toMatchObject({ i: 42, b: true, a: ['a', null, 'b"c'], j: { a: [1] } });
  });

  it('gives all rows, and counts changed ones', async () => {
    const { rows, rowCount } = await sql.query<{ n: number }>('select n from generate_series(1, 5000) n', []);
    expect([rows.length, rowCount, rows[4_999]?.n]).toEqual([5_000, 5_000, 5_000]);
    expect((await sql.query('insert into note select n from generate_series(1, 7) n', [])).rowCount).toBe(7);
    expect((await sql.query('update note set body = $1 where id < $2 returning id', ['x', 3])).rows).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
    expect(await sql.query('', [])).toEqual({ rows: [], rowCount: 0 });
  });

  it('rolls a failed statement back, throws its error and works on', async () => {
    await expect(
      sql.query('insert into note select 1 / (2 - n) from generate_series(1, 3) n', []),
    ).rejects.toMatchObject({ code: '22012' });
    await expect(sql.query('select no_such_column', [])).rejects.toMatchObject({ code: '42703' });
    await expect(sql.query('select 1; select 2', [])).rejects.toMatchObject({ code: '42601' });
    expect([await count(), (await sql.query('select 1 as one', [])).rows]).toEqual([0, [{ one: 1 }]]);
  });

  it('rejects when the commit fails, and has written nothing then', async () => {
    await expect(sql.query('insert into note values (1, $1, 99)', ['orphan'])).rejects.toMatchObject({ code: '23503' });
    expect([await count(), (await sql.query('select 1 as one', [])).rows]).toEqual([0, [{ one: 1 }]]);
  });

  it('has the settings still when deferred triggers run', async () => {
    await sql.query('insert into note values (1)', []);
    await sql.transaction((tx) => tx.query('insert into note values (2)', []));
    expect((await database.query('select tenant from seen', [])).rows).toEqual([
      { tenant: "it's" },
      { tenant: "it's" },
    ]);
  });

  it('ends a connection whose statement cannot be sent, and works on', async () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    await expect(sql.query('insert into note (id, body) values (1, $1)', [loop])).rejects.toThrow();
    expect([await count(), (await sql.query('select 1 as one', [])).rows]).toEqual([0, [{ one: 1 }]]);
  });

  it.each([
    ['a block', 'do $$ begin commit; end $$', '2D000'],
    ['a block behind other words', '/* select */ ; do $$ begin commit; end $$', '2D000'],
    ['a procedure', 'call ends()', '2D000'],
    ['a command that takes no transaction', 'vacuum note', '25001'],
  ])('%s cannot get out of the transaction and its settings', async (_what, statement, code) => {
    await expect(sql.query(statement, [])).rejects.toMatchObject({ code });
    await expect(sql.transaction((tx) => tx.query(statement, []))).rejects.toMatchObject({ code });
  });

  it.each([
    'select n from generate_series(1, 2) n',
    '\n table note',
    'values (1)',
    'with one as (insert into note values (1) returning id) select * from one',
    '-- a comment\n select 1',
    'explain select 1',
    'select 1 / 0',
    'do $$ begin perform 1 / 0; end $$',
  ])('the server has nothing to warn of in `%s`', async (statement) => {
    await sql.query(statement, []).catch(() => undefined);
    await sql.transaction((tx) => tx.query(statement, [])).catch(() => undefined);
    expect(notices).toEqual([]);
  });

  it.each([
    ['a role', 'set role pg_monitor', 'select current_user = session_user as clean'],
    [
      'a role that a function set',
      `select set_config('role', 'pg_monitor', false)`,
      'select current_user = session_user as clean',
    ],
    ['another user', 'set session authorization pg_monitor', `select session_user <> 'pg_monitor' as clean`],
    ['an encoding', 'set client_encoding to latin1', `select 'ü' = chr(252) as clean`],
    ['how strings are read', 'set standard_conforming_strings = off', `select 'a\\' = 'a' || chr(92) as clean`],
    [
      'an isolation level',
      'set session characteristics as transaction isolation level serializable',
      `select current_setting('transaction_isolation') <> 'serializable' as clean`,
    ],
    [
      'a function of its own',
      `create function pg_temp.own() returns int language sql as 'select 1'`,
      `select to_regproc('pg_temp.own') is null as clean`,
    ],
    [
      'a temporary view',
      'create temp view note as select 1 as id',
      `select 'note'::regclass = 'public.note'::regclass as clean`,
    ],
    ['what it listens to', 'listen news', 'select count(*) = 0 as clean from pg_listening_channels()'],
  ])('%s that a call left does not reach the next', async (_what, statement, look) => {
    await sql.query(statement, []);
    expect((await sql.query(look, [])).rows).toEqual([{ clean: true }]);
    await sql.transaction((tx) => tx.query(statement, []));
    expect((await sql.transaction((tx) => tx.query(look, []))).rows).toEqual([{ clean: true }]);
  });

  it('the settings of a call that failed are gone with it', async () => {
    await expect(sql.query('select 1 / 0', [])).rejects.toMatchObject({ code: '22012' });
    expect((await database.query(settings, [])).rows).toEqual([{ id: '', more: '' }]);
  });

  it('the number that a call drew from a sequence does not reach the next', async () => {
    await sql.query(`select nextval('counter')`, []);
    await expect(sql.query('select lastval()', [])).rejects.toMatchObject({ code: '55000' });
    await expect(sql.query(`select currval('counter')`, [])).rejects.toMatchObject({ code: '55000' });
  });

  it('a backend that is killed fails one call, and the next has another', async () => {
    const admin = new pg.Client({ connectionString: test.adminUrl });
    await admin.connect();
    const pid = (await sql.query<{ pid: number }>('select pg_backend_pid() as pid', [])).rows[0]?.pid;
    const killed = sql.query('select pg_sleep(20)', []);
    const kill = `select pg_terminate_backend(pid) from pg_stat_activity where pid = ${pid} and query like '%pg_sleep%' and state = 'active'`;
    await Promise.all([
      expect(killed).rejects.toMatchObject({ code: '57P01' }),
      until(async () => ((await admin.query(kill)).rowCount ?? 0) > 0),
    ]);
    expect((await sql.query('select 1 as one', [])).rows).toEqual([{ one: 1 }]);
    await admin.end();
  });

  it('a connection that was left in a transaction fails one call, and is not used again', async () => {
    await database.query('begin');
    await expect(sql.query('select 1 as one', [])).rejects.toMatchObject({ code: '25001' });
    expect((await sql.query('select 1 as one', [])).rows).toEqual([{ one: 1 }]);
  });

  it('runs calls that are started at once', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, id) => sql.query('insert into note values ($1)', [id])));
    expect(await count()).toBe(50);
  });
});
