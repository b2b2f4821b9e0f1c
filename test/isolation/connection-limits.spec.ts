import pg from 'pg';
import { onBoundPool, onDatabases, onSchemas } from './support/isolated-data.js';
import type { PooledData, SetUpOptions } from './support/isolated-data.js';
import { A } from './support/tenants-server.js';

const SET_UPS = [
  ['boundPool', onBoundPool],
  ['schemaPerTenant', onSchemas],
  ['databasePerTenant', onDatabases],
] as const;

describe.each(SET_UPS)('a time limit of statements on %s', (_name, open) => {
  let data: PooledData;
  afterEach(() => data.close());

  /** The server's limit as the strategy's own pools have it, and as an application's pool has it that was made of its settings. */
  const limits = async (
    options: SetUpOptions = {},
    prepare: (role: string) => string = () => 'select 1',
  ): Promise<unknown[]> => {
    data = await open(options);
    await data.server.admin.query(prepare(data.roleOf(A)));
    const text = `select current_setting('statement_timeout') as limit`;
    const pool = new pg.Pool(await data.strategy.connectionOf(A));
    pool.on('error', () => undefined);
    const found = [
      await data.strategy.forTenant(A).query<{ limit: string }>(text),
      await pool.query<{ limit: string }>(text),
    ];
    await pool.end();
    return found.map(({ rows }) => rows[0]?.limit);
  };

  it('is a tenth below that of the driver, so that the server gives up first', async () => {
    expect(await limits()).toEqual(['9s', '9s']);
  });

  it('follows that of the driver', async () => {
    expect(await limits({ query_timeout: 2_000 })).toEqual(['1800ms', '1800ms']);
  });

  it.each<[string, SetUpOptions, string]>([
    ['the one that the pool is given', { statement_timeout: 4_000 }, '4s'],
    ['none where the pool says so', { statement_timeout: 0 }, '0'],
    ['none where the driver has none either', { query_timeout: 0 }, '0'],
  ])('is %s', async (_what, options, limit) => {
    expect(await limits(options)).toEqual([limit, limit]);
  });

  it('is that of the role where it has one', async () => {
    expect(await limits({}, (role) => `alter role "${role}" set statement_timeout = '7s'`)).toEqual(['7s', '7s']);
  });

  it('is there again after a session has been cleared of what a statement had set', async () => {
    data = await open({ max: 1 });
    const sql = data.strategy.forTenant(A);
    const look = `select pg_backend_pid() as pid, current_setting('statement_timeout') as limit, current_setting('work_mem') as mem`;
    const before = await sql.query(look);
    await sql.query(`set work_mem = '5MB'`);
    await sql.transaction((tx) => tx.query(`set work_mem = '6MB'`));
    expect((await sql.query(look)).rows).toEqual(before.rows);
    expect(before.rows).toMatchObject([{ limit: '9s' }]);
  });

  it('leaves nothing of a statement that takes too long: neither does it commit later, nor is the connection lost', async () => {
    data = await open({ query_timeout: 1_000 });
    await data.reset();
    const sql = data.strategy.forTenant(A);
    const pidOf = async (): Promise<unknown> => (await sql.query('select pg_backend_pid() as pid')).rows[0];
    const pid = await pidOf();
    const slow = sql.query(`insert into project (id, body) select 7, '${A} 7' from pg_sleep(1.2)`);
    await expect(slow).rejects.toMatchObject({ code: '57014' });
    expect(await pidOf()).toEqual(pid);
    const busy = await data.server.admin.query(
      `select 1 from pg_stat_activity where usename = $1 and state = 'active'`,
      [data.roleOf(A)],
    );
    expect(busy.rowCount).toBe(0);
    expect(await data.bodiesOf(A)).not.toContain(`${A} 7`);
  });
});
