import pg from 'pg';
import { pgDatabase } from '@tenantry/postgres';
import { createTestDatabase } from '../../../../test/support/postgres.js';
import type { ScopedSql, SqlDatabase } from '@tenantry/postgres';
import type { TestDatabase } from '../../../../test/support/postgres.js';

describe.each([
  ['in one message', {}],
  ['one by one, where the driver pipelines by itself', { pipeline: true }],
])('SQL within settings on pg, sent %s', (_name, change) => {
  let test: TestDatabase;
  let database: SqlDatabase;
  let sql: ScopedSql;

  beforeAll(async () => {
    test = await createTestDatabase();
    database = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 1, ...change }));
    await database.query(`create table note (id int primary key, body text, parent int references note deferrable initially deferred);
      create table seen (tenant text);
      create function see() returns trigger language plpgsql as $$ begin insert into seen values (current_setting('tenantry.tenant_id')); return null; end $$;
      create constraint trigger see after insert on note deferrable initially deferred for each row execute function see();`);
    sql = database.within?.({
      'tenantry.tenant_id': "it's",
      'tenantry.more': '$1',
    }) as ScopedSql;
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });
  beforeEach(() => database.query('truncate note, seen'));

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

  it('rolls a failed statement back, tells its error and works on', async () => {
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

  it('runs calls that are started at once', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, id) => sql.query('insert into note values ($1)', [id])));
    expect(await count()).toBe(50);
  });
});
