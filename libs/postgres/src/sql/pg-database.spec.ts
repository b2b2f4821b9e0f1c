import { createServer } from 'node:net';
import pg from 'pg';
import { PG_POOL_TIMEOUTS, pgDatabase, TenantDatabase } from '@tenantry/postgres';
import { createTestDatabase } from '../../../../test/support/postgres.js';
import type { AddressInfo } from 'node:net';
import type { PgClient, PgPool, PgStatement, SqlDatabase } from '@tenantry/postgres';
import type { TestDatabase } from '../../../../test/support/postgres.js';

describe('pgDatabase and connections that fail', () => {
  let test: TestDatabase;
  let admin: SqlDatabase;
  let pool: pg.Pool;
  let database: SqlDatabase;
  let idleErrors: Error[];

  beforeAll(async () => {
    test = await createTestDatabase();
    admin = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 1 }));
  });
  afterAll(async () => {
    await admin.close();
    await test.drop();
  });
  beforeEach(() => {
    idleErrors = [];
    pool = new pg.Pool({ connectionString: test.appUrl, max: 1, ...PG_POOL_TIMEOUTS, query_timeout: 150 });
    database = pgDatabase(pool, { onIdleError: (error) => idleErrors.push(error) });
  });
  afterEach(() => database.close());

  const backend = async (session: Pick<SqlDatabase, 'query'> = database): Promise<number> =>
    (await session.query<{ pid: number }>('select pg_backend_pid() as pid', [])).rows[0]?.pid as number;
  const terminate = (pid: number): Promise<unknown> => admin.query('select pg_terminate_backend($1)', [pid]);
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  };

  it('survives the end of an idle connection, notifies the listener, and connects again', async () => {
    const pid = await backend();
    await terminate(pid);
    await until(() => idleErrors.length > 0);
    expect(await backend()).not.toBe(pid);
  });

  it.each(['while a statement runs', 'between statements'])(
    'survives the end of a connection in use %s',
    async (moment) => {
      let pid = 0;
      const ended = new Promise((resolve) =>
        pool.once('connect', (client) => client.once('end', () => resolve('ended'))),
      );
      const attempt = database.transaction(async (tx) => {
        pid = await backend(tx);
        const running = moment === 'while a statement runs' ? tx.query('select pg_sleep(5)', []) : Promise.resolve();
        running.catch(() => undefined);
        await terminate(pid);
        await ended;
        await tx.query('select 1', []);
      });
      await expect(attempt).rejects.toThrow();
      expect(await backend()).not.toBe(pid);
    },
  );

  it('gives the connection back after an ordinary error', async () => {
    const pid = await backend();
    await expect(database.transaction((tx) => tx.query('select 1/0', []))).rejects.toMatchObject({ code: '22012' });
    expect(await backend()).toBe(pid);
  });

  it('ends a connection whose statement timed out, and rolls back what it did', async () => {
    await admin.query(`create table slow (id int); grant insert on slow to ${test.appRole};`);
    let pid = 0;
    const attempt = database.transaction(async (tx) => {
      pid = await backend(tx);
      await tx.query('insert into slow values (1)', []);
      await tx.query('select pg_sleep(1)', []);
    });
    await expect(attempt).rejects.toThrow('Query read timeout');
    expect(await backend()).not.toBe(pid);
    await terminate(pid);
    expect((await admin.query('select * from slow', [])).rowCount).toBe(0);
  });

  it('delivers a late answer of a timed-out statement to no other caller', async () => {
    const tenants = new TenantDatabase(database, { tenant: { id: 'A' } });
    const slow = tenants.query(`select 'late' as answer from pg_sleep(0.4)`);
    const next = tenants.query(`select 'mine' as answer`);
    await expect(slow).rejects.toThrow('Query read timeout');
    expect((await next).rows).toEqual([{ answer: 'mine' }]);
  });

  it('gives up on a server that never answers', async () => {
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const unreachable = pgDatabase(
      new pg.Pool({ host: '127.0.0.1', port, ...PG_POOL_TIMEOUTS, connectionTimeoutMillis: 100 }),
    );
    await expect(unreachable.transaction((tx) => tx.query('select 1'))).rejects.toThrow('timeout');
    await unreachable.close();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('can be closed twice', async () => {
    await database.close();
    await expect(database.close()).resolves.toBeUndefined();
  });
});

describe('pgDatabase and a connection of uncertain state', () => {
  const failOn = (failing: string, error: Error) => {
    const sent: string[] = [];
    const released: (Error | undefined)[] = [];
    const client: PgClient = {
      query: async ({ text }: PgStatement) => {
        sent.push(text);
        if (text === failing) throw error;
        return { rows: [], rowCount: 0 };
      },
      release: (reason) => released.push(reason),
      on: () => client,
      off: () => client,
    };
    const pool: PgPool = {
      query: (statement) => client.query(statement),
      connect: async () => client,
      on: () => pool,
      end: async () => undefined,
    };
    return { database: pgDatabase(pool), sent, released };
  };

  it('ends it when the rollback fails, and keeps the first error', async () => {
    const [first, second] = [new Error('first'), new Error('no rollback')];
    const { database, released } = failOn('rollback', second);
    await expect(database.transaction(() => Promise.reject(first))).rejects.toBe(first);
    expect(released).toEqual([second]);
  });

  it.each(['begin', 'select 1', 'commit'])(
    'ends it without another word when `%s` got no answer',
    async (statement) => {
      const timeout = new Error('Query read timeout');
      const { database, sent, released } = failOn(statement, timeout);
      await expect(database.transaction((tx) => tx.query('select 1'))).rejects.toBe(timeout);
      expect(released).toEqual([timeout]);
      expect(sent.at(-1)).toBe(statement);
    },
  );

  it('gives it back as good after a commit', async () => {
    const { database, sent, released } = failOn('nothing', new Error('never'));
    await database.transaction((tx) => tx.query('select 1'));
    expect(sent).toEqual(['begin', 'select 1', 'commit']);
    expect(released).toEqual([undefined]);
  });
});
