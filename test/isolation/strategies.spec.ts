import type { TenantSql } from '@tenantry/postgres';
import { until } from '../support/until.js';
import { SET_UPS } from './support/isolated-data.js';
import type { IsolatedData } from './support/isolated-data.js';
import { A, B, TENANTS } from './support/tenants-server.js';

const TRANSACTIONS = 10_000;
const AT_ONCE = 50;

describe.each(SET_UPS)('%s keeps tenants apart:', (_name, open) => {
  let data: IsolatedData;
  let a: TenantSql;
  let b: TenantSql;

  beforeAll(async () => {
    data = await open({ connectionTimeoutMillis: 20_000 });
    [a, b] = [data.strategy.forTenant(A), data.strategy.forTenant(B)];
  });
  afterAll(() => data.close());
  beforeEach(() => data.reset());

  const bodies = async (sql: Pick<TenantSql, 'query'>, where = 'true'): Promise<string[]> =>
    (await sql.query<{ body: string }>(`select body from project where ${where} order by id`)).rows.map(
      ({ body }) => body,
    );
  const backend = async (sql: Pick<TenantSql, 'query'>): Promise<number> =>
    (await sql.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid as number;

  it('each tenant reads, changes and deletes its own rows only', async () => {
    expect([await bodies(a), await bodies(b)]).toEqual([
      [`${A} 1`, `${A} 2`],
      [`${B} 1`, `${B} 2`],
    ]);
    expect((await a.query(`update project set body = body || ' changed'`)).rowCount).toBe(2);
    expect((await b.query('delete from project where id = $1', [1])).rowCount).toBe(1);
    await a.query('insert into project (id, body) values ($1, $2)', [3, `${A} 3`]);
    expect(await bodies(a)).toEqual([`${A} 1 changed`, `${A} 2 changed`, `${A} 3`]);
    expect(await bodies(b)).toEqual([`${B} 2`]);
  });

  it('a transaction is written as a whole or not at all', async () => {
    await a.transaction(async (tx) => {
      await tx.query('insert into project (id, body) values (3, $1)', [`${A} 3`]);
      await tx.query('delete from project where id = 1');
    });
    const failing = a.transaction(async (tx) => {
      await tx.query('delete from project');
      await tx.query('select 1/0');
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(await bodies(a)).toEqual([`${A} 2`, `${A} 3`]);
  });

  it(`${TRANSACTIONS} interleaved calls of two tenants, ${AT_ONCE} at once on pools of one, see no row of the other`, async () => {
    let [foreign, failed, next] = [0, 0, 0];
    const check = (tenantId: string, seen: readonly string[]): void => {
      foreign += seen.filter((body) => !body.startsWith(tenantId)).length;
      if (seen.length === 0) foreign += 1;
    };
    const call = async (n: number): Promise<void> => {
      const tenantId = TENANTS[n % 2] as string;
      const sql = data.strategy.forTenant(tenantId);
      if (n % 10 === 3) return void (await sql.query('select 1/0').catch(() => (failed += 1)));
      if (n % 3 !== 0) return check(tenantId, await bodies(sql));
      const write = sql.transaction(async (tx) => {
        await tx.query('update project set body = body where id = $1', [1]);
        check(tenantId, await bodies(tx));
        if (n % 4 === 0) throw new Error('on purpose');
      });
      await write.catch(() => (failed += 1));
    };
    const worker = async (): Promise<void> => {
      while (next < TRANSACTIONS) await call((next += 1) - 1);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect({ foreign, failed: failed > 0 }).toEqual({ foreign: 0, failed: true });
    expect([await data.bodiesOf(A), await data.bodiesOf(B)].flat()).toEqual(
      expect.arrayContaining([`${A} 1`, `${A} 2`, `${B} 1`, `${B} 2`]),
    );
  }, 120_000);

  it.each([
    '',
    ' ',
    'a b',
    "a' or '1'='1",
    'a"b',
    'a\u0000',
    'a;b',
    '../a',
    'A'.repeat(64),
    undefined as unknown as string,
  ])('the tenant id %j is refused before anything is asked', (id) => {
    expect(() => data.strategy.forTenant(id)).toThrow(
      expect.objectContaining({ code: 'MT_TENANT_IDENTIFIER_INVALID' }) as Error,
    );
  });

  it('a savepoint may be gone back to', async () => {
    await a.transaction(async (tx) => {
      await tx.query('savepoint before');
      await tx.query('delete from project');
      await tx.query('rollback to before');
    });
    expect(await bodies(a)).toEqual([`${A} 1`, `${A} 2`]);
  });

  it('what is left behind by a call that fails reaches no other call either', async () => {
    const failing = a.transaction(async (tx) => {
      await tx.query('select pg_advisory_lock(4712)');
      await tx.query('prepare stash as select 1');
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    const { rows } = await b.query<{ free: boolean }>('select pg_try_advisory_xact_lock(4712) as free');
    expect(rows).toEqual([{ free: true }]);
    await expect(a.query('execute stash')).rejects.toMatchObject({ code: '26000' });
  });

  it('a second statement in one text is refused', async () => {
    const smuggled = `select 1; commit; delete from project`;
    await expect(a.query(smuggled)).rejects.toMatchObject({ code: '42601' });
    await expect(a.transaction((tx) => tx.query(smuggled))).rejects.toMatchObject({ code: '42601' });
    expect([...(await bodies(a)), ...(await bodies(b))]).toHaveLength(4);
  });

  it.each([
    'begin',
    'commit',
    ' ROLLBACK ',
    'end',
    'abort',
    'start transaction',
    'commit and chain',
    `-- it ends here
     commit`,
    '/* and here */ rollback work',
    "prepare transaction 'x'",
    "prepare/* it ends here */transaction 'x'",
    "prepare -- it ends here\n transaction 'x'",
    'start/**/transaction',
    ';commit',
    '-- it ends here\rcommit',
    '/* a comment /* in a comment */ */ ; -- and more\n commit',
  ])('the statement `%s` is refused: it would end the tenant’s transaction', async (statement) => {
    await expect(a.query(statement)).rejects.toMatchObject({ code: 'MT_ARGUMENT_INVALID' });
    const then = a.transaction(async (tx) => {
      await expect(tx.query(statement)).rejects.toMatchObject({ code: 'MT_ARGUMENT_INVALID' });
      return bodies(tx);
    });
    expect(await then).toEqual([`${A} 1`, `${A} 2`]);
    await a.query(`insert into project (id, body) values (9, '${A} 9')`);
    expect(await data.bodiesOf(A)).toContain(`${A} 9`);
    expect(await bodies(b)).toEqual([`${B} 1`, `${B} 2`]);
  });

  it.each([
    ['a setting', `set tenantry.tenant_id = '${B}'`],
    ['a setting made by a function', `select set_config('tenantry.tenant_id', '${B}', false)`],
    ['the setting of the other tenant, reset', 'reset all'],
    ['a search path', `set search_path to pg_catalog`],
    ['a search path set by a function', `select set_config('search_path', 'pg_catalog', false)`],
    ['a time limit', `set statement_timeout = 1`],
    ['a read-only session', `set default_transaction_read_only = on`],
    ['a temporary table of the same name', `create temp table project (id int, body text)`],
    ['a temporary table made by a query', `select 1 as id, 'x' as body into temp project`],
    ['a prepared statement', `prepare project as select 1`],
    ['a cursor', `declare project cursor with hold for select 'x'`],
    ['a listener', 'listen project'],
    ['an advisory lock', 'select pg_advisory_lock(4711)'],
  ])('%s that a statement left behind does not reach the other tenant', async (_what, statement) => {
    await a.query(statement);
    await a.transaction((tx) => tx.query(statement)).catch(() => undefined);
    await b.query(`insert into project (id, body) values (3, '${B} 3')`);
    expect(await bodies(b)).toEqual([`${B} 1`, `${B} 2`, `${B} 3`]);
    const left = `select (select count(*) from pg_prepared_statements where name <> '')::int
      + (select count(*) from pg_cursors where is_holdable)::int + (select count(*) from pg_listening_channels())::int
      + (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())::int as count`;
    expect((await b.query(left)).rows).toEqual([{ count: 0 }]);
    expect(await data.bodiesOf(B)).toContain(`${B} 3`);
  });

  it('a transaction within a transaction on a pool of one ends with an error, and later calls work', async () => {
    const small = await open({ connectionTimeoutMillis: 200 });
    await small.reset();
    const sql = small.strategy.forTenant(A);
    const nested = sql.transaction(async (tx) => {
      await tx.query('delete from project');
      await sql.query('select 1');
    });
    await expect(nested).rejects.toThrow();
    expect(await bodies(sql)).toEqual([`${A} 1`, `${A} 2`]);
    await small.close();
  });

  it('the session of a transaction that has ended is refused', async () => {
    const kept = await a.transaction(async (tx) => ({ tx }));
    await expect(kept.tx.query('select 1')).rejects.toMatchObject({ code: 'MT_ISOLATION_UNSAFE' });
  });

  it('a function that gives up while its statements run leaves nothing of them', async () => {
    const aborted = a.transaction(async (tx) => {
      void tx.query(`insert into project (id, body) select 7, '${A} 7' from pg_sleep(0.05)`).catch(() => undefined);
      throw new Error('the client has gone');
    });
    await expect(aborted).rejects.toThrow('the client has gone');
    expect([await bodies(a), await bodies(b)].flat()).toHaveLength(4);
  });

  it('a statement that is cancelled is rolled back, and its connection is clean', async () => {
    let pid = 0;
    const cancelled = a.transaction(async (tx) => {
      pid = await backend(tx);
      await tx.query('delete from project');
      await tx.query('select pg_sleep(30)');
    });
    const sleeping = async (): Promise<boolean> =>
      (
        await data.server.admin.query(
          `select 1 from pg_stat_activity where pid = $1 and query like '%pg_sleep%' and state = 'active'`,
          [pid],
        )
      ).rowCount > 0;
    await Promise.all([
      expect(cancelled).rejects.toMatchObject({ code: '57014' }),
      until(sleeping).then(() => data.server.admin.query('select pg_cancel_backend($1)', [pid])),
    ]);
    expect([await bodies(a), await bodies(b)].flat()).toHaveLength(4);
  });

  it('a statement over its time limit on the server is rolled back', async () => {
    const slow = a.transaction(async (tx) => {
      await tx.query(`select set_config('statement_timeout', '30', true)`);
      await tx.query('delete from project');
      await tx.query('select pg_sleep(30)');
    });
    await expect(slow).rejects.toMatchObject({ code: '57014' });
    expect([await bodies(a), await bodies(b)].flat()).toHaveLength(4);
  });

  it('a statement that the driver gave up is rolled back, and its connection is never used again', async () => {
    const hasty = await open({ query_timeout: 300, statement_timeout: 0, connectionTimeoutMillis: 20_000 });
    await hasty.reset();
    const [mine, other] = [hasty.strategy.forTenant(A), hasty.strategy.forTenant(B)];
    let pid = 0;
    const late = mine.transaction(async (tx) => {
      pid = await backend(tx);
      await tx.query('delete from project');
      await tx.query('select pg_sleep(1)');
    });
    await expect(late).rejects.toThrow('Query read timeout');
    await expect(mine.query(`select 'late' as body from pg_sleep(1)`)).rejects.toThrow('Query read timeout');
    expect([await bodies(mine), await bodies(other)].flat()).toHaveLength(4);
    expect([await backend(mine), await backend(other)]).not.toContain(pid);
    await hasty.close();
  });

  it.each(['idle', 'in a transaction', 'in a statement'])(
    'a connection that the server ends while it is %s is replaced',
    async (moment) => {
      const end = (pid: number) => data.server.admin.query('select pg_terminate_backend($1)', [pid]);
      const pid = await backend(a);
      if (moment === 'idle') await end(pid);
      else {
        const broken = a.transaction(async (tx) => {
          const running = moment === 'in a statement' ? tx.query('select pg_sleep(30)') : Promise.resolve();
          running.catch(() => undefined);
          await tx.query('delete from project').catch(() => undefined);
          await end(await backend(tx).catch(() => pid));
          await running;
          await tx.query('select 1');
        });
        if (moment === 'in a statement') {
          await until(async () => (await end(pid)).rowCount > 0);
        }
        await expect(broken).rejects.toThrow();
      }
      const works = async (): Promise<boolean> => (await bodies(a).catch(() => [])).length === 2;
      await until(works);
      expect([await bodies(a), await bodies(b)].flat()).toHaveLength(4);
      expect(await backend(a)).not.toBe(pid);
    },
  );
});
