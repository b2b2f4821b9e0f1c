import { inspect } from 'node:util';
import type { TestRunner } from '@tenantry/core/testing';
import type { SqlDatabase, SqlSession } from '../sql/sql-database.js';
import { TransactionClosedError } from '../sql/transaction-closed.error.js';

/** What every {@link SqlDatabase} must do. `open` gives an empty database; the suite closes it. */
export function describeSqlDatabase(runner: TestRunner, name: string, open: () => Promise<SqlDatabase>): void {
  const { afterAll, beforeAll, beforeEach, describe, expect, it } = runner;
  describe(`SqlDatabase over ${name}`, () => {
    let database: SqlDatabase;

    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database.close());
    beforeEach(() =>
      database.query(
        'drop table if exists note; create table note (id int primary key, body text not null, parent int references note deferrable initially deferred);',
      ),
    );

    const bodies = async (): Promise<string[]> =>
      (await database.query<{ body: string }>('select body from note order by id', [])).rows.map(({ body }) => body);
    const insert = (session: SqlSession, id: number, body = `note ${id}`) =>
      session.query('insert into note (id, body) values ($1, $2)', [id, body]);

    it('binds parameters and gives back what they were', async () => {
      const params = ["it's; drop table note", 42, true, ['a', 'b"c', ''], JSON.stringify({ a: [1] }), null];
      const { rows, rowCount } = await database.query(
        'select $1::text t, $2::int i, $3::bool b, $4::text[] a, $5::json j, $6::text n',
        params,
      );
      expect(rows).toEqual([
        { t: "it's; drop table note", i: 42, b: true, a: ['a', 'b"c', ''], j: { a: [1] }, n: null },
      ]);
      expect(rowCount).toBe(1);
    });

    it('counts rows that were changed', async () => {
      await insert(database, 1);
      await insert(database, 2);
      expect((await database.query('update note set body = $1', ['x'])).rowCount).toBe(2);
      expect((await database.query('update note set body = $1 where id = $2 returning id', ['y', 1])).rowCount).toBe(1);
      expect((await database.query('delete from note where id = $1', [3])).rowCount).toBe(0);
    });

    it('runs several statements where there are no parameters, and answers with the last', async () => {
      const { rows } = await database.query(`insert into note values (1, 'a'); select body from note;`);
      expect(rows).toEqual([{ body: 'a' }]);
    });

    it('refuses several statements where there are parameters, even none', async () => {
      await expect(database.query(`insert into note values (1, 'a'); select 1`, [])).rejects.toMatchObject({
        code: '42601',
      });
      expect(await bodies()).toEqual([]);
    });

    it('commits what a transaction did and returns what its function returned', async () => {
      await expect(database.transaction(async (tx) => (await insert(tx, 1)).rowCount)).resolves.toBe(1);
      expect(await bodies()).toEqual(['note 1']);
    });

    it('rolls back when the function throws, and throws the same', async () => {
      const reason = new Error('no');
      const attempt = database.transaction(async (tx) => {
        await insert(tx, 1);
        throw reason;
      });
      await expect(attempt).rejects.toBe(reason);
      expect(await bodies()).toEqual([]);
    });

    it('rolls back and rejects when a failed statement was swallowed', async () => {
      const attempt = database.transaction(async (tx) => {
        await insert(tx, 1);
        await insert(tx, 1).catch(() => undefined);
        return 'done';
      });
      await expect(attempt).rejects.toMatchObject({ code: '23505' });
      expect(await bodies()).toEqual([]);
    });

    it('commits when a savepoint undid the failed statement', async () => {
      await database.transaction(async (tx) => {
        await insert(tx, 1);
        await tx.query('savepoint one', []);
        await insert(tx, 1).catch(() => tx.query('rollback to savepoint one', []));
        await insert(tx, 2);
      });
      expect(await bodies()).toEqual(['note 1', 'note 2']);
    });

    it('rejects when the commit itself fails', async () => {
      const attempt = database.transaction((tx) => tx.query('insert into note values (1, $1, 99)', ['orphan']));
      await expect(attempt).rejects.toMatchObject({ code: '23503' });
      expect(await bodies()).toEqual([]);
    });

    it('includes a statement that the function started and did not await', async () => {
      await database.transaction(async (tx) => {
        void insert(tx, 1);
      });
      expect(await bodies()).toEqual(['note 1']);
    });

    it('refuses the session once the function has settled', async () => {
      const kept = await database.transaction(async (tx) => ({ tx }));
      await expect(insert(kept.tx, 1)).rejects.toThrow(TransactionClosedError);
      let failed: SqlSession | undefined;
      await database
        .transaction(async (tx) => {
          failed = tx;
          throw new Error('no');
        })
        .catch(() => undefined);
      await expect(insert(failed as SqlSession, 1)).rejects.toMatchObject({ code: 'MT_ISOLATION_UNSAFE' });
      expect(await bodies()).toEqual([]);
    });

    it('keeps the values of a statement out of its errors, where a log would show them', async () => {
      const inspected = await database.query('select $1::text, no_such_column', ['a canary']).then(
        () => 'it passed',
        (error: unknown) => inspect(error, { depth: 5, showHidden: true }),
      );
      expect(inspected).toContain('no_such_column');
      expect(inspected).not.toContain('a canary');
    });

    it('works on after errors', async () => {
      await expect(database.query('select no_such_column', [])).rejects.toMatchObject({ code: '42703' });
      await expect(database.transaction((tx) => tx.query('select 1/0', []))).rejects.toMatchObject({ code: '22012' });
      expect((await database.query('select 1 as one', [])).rows).toEqual([{ one: 1 }]);
    });

    it('runs transactions that are started at once', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, id) => database.transaction((tx) => insert(tx, id))));
      expect(await bodies()).toHaveLength(20);
    });
  });
}
