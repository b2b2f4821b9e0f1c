import { ManualClock } from '@tenantry/testing';
import { checkedDatabase } from '@tenantry/postgres';
import type { ScopedSql, SqlDatabase, SqlResult } from '@tenantry/postgres';

/** A database that counts what reaches it. */
class Reached implements SqlDatabase {
  calls = 0;
  isClosed = false;

  query<R>(): Promise<SqlResult<R>> {
    this.calls += 1;
    return Promise.resolve({ rows: [], rowCount: 7 });
  }

  transaction<R>(fn: (tx: SqlDatabase) => Promise<R>): Promise<R> {
    this.calls += 1;
    return fn(this);
  }

  within(): ScopedSql {
    return this;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

describe('checkedDatabase', () => {
  const clock = new ManualClock();
  let database: Reached;
  beforeEach(() => void (database = new Reached()));

  it('lets nothing through before the check has passed, by whatever way', async () => {
    const unsafe = new Error('the role is a superuser');
    const checked = checkedDatabase(database, () => Promise.reject(unsafe), { clock });
    await expect(checked.query('select 1')).rejects.toBe(unsafe);
    await expect(checked.transaction(() => Promise.resolve(1))).rejects.toBe(unsafe);
    await expect(checked.within?.({}).query('select 1')).rejects.toBe(unsafe);
    await expect(checked.within?.({}).transaction(() => Promise.resolve(1))).rejects.toBe(unsafe);
    expect(database.calls).toBe(0);
  });

  it('makes one check for all who wait, and none once it has passed', async () => {
    let checks = 0;
    const checked = checkedDatabase(database, () => Promise.resolve(void (checks += 1)), { clock });
    await Promise.all(Array.from({ length: 10 }, () => checked.query('select 1')));
    expect(await checked.transaction((tx) => tx.query('select 1'))).toEqual({ rows: [], rowCount: 7 });
    expect(checks).toBe(1);
  });

  it('checks again when some time has passed since the last failure', async () => {
    let checks = 0;
    const isUp = (): boolean => checks === 2;
    const check = (): Promise<void> => {
      checks += 1;
      return isUp() ? Promise.resolve() : Promise.reject(new Error(`down ${checks}`));
    };
    const checked = checkedDatabase(database, check, { clock, retryMs: 500 });
    await expect(checked.query('select 1')).rejects.toThrow('down 1');
    clock.advance(499);
    await expect(checked.query('select 1')).rejects.toThrow('down 1');
    clock.advance(1);
    await expect(checked.query('select 1')).resolves.toMatchObject({ rowCount: 7 });
    expect(checks).toBe(2);
  });

  it('closes the database, and has no `within` where the database has none', async () => {
    const plain: SqlDatabase = {
      query: () => database.query(),
      transaction: (fn) => database.transaction(fn),
      close: () => database.close(),
    };
    const checked = checkedDatabase(plain, () => Promise.resolve());
    expect('within' in checked).toBe(false);
    await checked.close();
    expect(database.isClosed).toBe(true);
  });

  it.each([-1, Number.NaN, 60_001])('refuses retryMs %p', (retryMs) => {
    expect(() => checkedDatabase(database, () => Promise.resolve(), { retryMs })).toThrow(
      expect.objectContaining({ code: 'MT_ARGUMENT_INVALID' }),
    );
  });
});
