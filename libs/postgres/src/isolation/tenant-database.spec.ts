import pg from 'pg';
import { pgDatabase, pgliteDatabase, TenantDatabase, tenantTableSql } from '@tenantry/postgres';
import { createPglite, createTestDatabase } from '../../../../test/support/postgres.js';
import type { SqlDatabase, TenantSql } from '@tenantry/postgres';
import type { TestDatabase } from '../../../../test/support/postgres.js';

const TABLE = `
  create table project (tenant_id text not null default nullif(current_setting('tenantry.tenant_id', true), ''), id int not null, body text not null, primary key (tenant_id, id));
  ${tenantTableSql('project')}`;
const SEED = `truncate project; insert into project values ('A', 1, 'a1'), ('A', 2, 'a2'), ('B', 1, 'b1');`;

interface Setup {
  /** Sees and seeds every row. */
  readonly admin: SqlDatabase;
  readonly app: SqlDatabase;
  readonly role?: string;
  close(): Promise<void>;
}

async function onPglite(): Promise<Setup> {
  const database = pgliteDatabase(await createPglite());
  await database.query(`${TABLE} create role app; grant select, insert, update, delete on project to app;`);
  return { admin: database, app: database, role: 'app', close: () => database.close() };
}

async function onPostgres(max: number): Promise<Setup> {
  const test: TestDatabase = await createTestDatabase();
  const admin = pgDatabase(new pg.Pool({ connectionString: test.adminUrl, max: 1 }));
  const app = pgDatabase(new pg.Pool({ connectionString: test.appUrl, max }));
  await admin.query(`${TABLE} grant select, insert, update, delete on project to ${test.appRole};`);
  const close = async (): Promise<void> => {
    await Promise.all([admin.close(), app.close()]);
    await test.drop();
  };
  return { admin, app, close };
}

describe.each([
  ['PGlite', onPglite],
  ['PostgreSQL with one connection', () => onPostgres(1)],
  ['PostgreSQL with eight connections', () => onPostgres(8)],
])('TenantDatabase on %s', (_name, open) => {
  let setup: Setup;
  let tenants: TenantDatabase;
  let a: TenantSql;
  let b: TenantSql;
  let current: string | undefined;

  const context = {
    get tenant(): { readonly id: string } {
      if (current === undefined) throw new Error('no tenant here');
      return { id: current };
    },
  };

  beforeAll(async () => {
    setup = await open();
    tenants = new TenantDatabase(setup.app, context, setup.role === undefined ? {} : { role: setup.role });
    [a, b] = [tenants.forTenant('A'), tenants.forTenant('B')];
  });
  afterAll(() => setup.close());
  beforeEach(async () => {
    current = undefined;
    await setup.admin.query(SEED);
  });

  const bodies = async (sql: TenantSql, where = 'true'): Promise<string[]> =>
    (await sql.query<{ body: string }>(`select body from project where ${where} order by id`)).rows.map(
      ({ body }) => body,
    );
  const everything = async (): Promise<string[]> =>
    (await setup.admin.query<{ body: string }>('select body from project order by tenant_id, id', [])).rows.map(
      ({ body }) => body,
    );

  it("reads the current tenant's rows only", async () => {
    current = 'A';
    expect(await bodies(tenants)).toEqual(['a1', 'a2']);
    current = 'B';
    expect(await bodies(tenants)).toEqual(['b1']);
    current = 'C';
    expect(await bodies(tenants)).toEqual([]);
    current = 'a';
    expect(await bodies(tenants)).toEqual([]);
  });

  it('finds no row of another tenant, even when asked for it by name', async () => {
    expect(await bodies(a, `tenant_id = 'B'`)).toEqual([]);
    expect((await a.query('select * from project where tenant_id = $1 and id = $2', ['B', 1])).rowCount).toBe(0);
  });

  it('cannot insert into, update, delete or move rows into another tenant', async () => {
    const refused = { code: '42501' };
    await expect(a.query(`insert into project values ('B', 9, 'x')`)).rejects.toMatchObject(refused);
    await expect(a.query(`update project set tenant_id = 'B' where id = 2`)).rejects.toMatchObject(refused);
    const upsert = `insert into project values ('B', 1, 'x') on conflict (tenant_id, id) do update set body = 'x'`;
    await expect(a.query(upsert)).rejects.toMatchObject(refused);
    expect((await a.query(`update project set body = 'x' where tenant_id = 'B'`)).rowCount).toBe(0);
    expect((await a.query(`delete from project where tenant_id = 'B'`)).rowCount).toBe(0);
    expect(await everything()).toEqual(['a1', 'a2', 'b1']);
  });

  it('touches own rows only with a statement that names none', async () => {
    expect((await b.query(`update project set body = 'x'`)).rowCount).toBe(1);
    expect((await a.query('delete from project')).rowCount).toBe(2);
    expect(await everything()).toEqual(['x']);
  });

  it('writes what a transaction did, all or nothing', async () => {
    await a.transaction(async (tx) => {
      await tx.query(`insert into project (id, body) values ($1, $2)`, [3, 'a3']);
      await tx.query(`update project set body = 'A1' where id = 1`);
    });
    const failing = a.transaction(async (tx) => {
      await tx.query('delete from project');
      await tx.query('select 1/0');
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(await everything()).toEqual(['A1', 'a2', 'a3', 'b1']);
  });

  it('rejects without a tenant, before the database is asked', async () => {
    const untouchable = { transaction: () => Promise.reject(new Error('asked')) } as unknown as SqlDatabase;
    const idle = new TenantDatabase(untouchable, context);
    await expect(idle.query('select 1')).rejects.toThrow('no tenant here');
    await expect(idle.transaction(() => Promise.resolve())).rejects.toThrow('no tenant here');
  });

  it.each(['', ' ', "A' or '1'='1", 'A\u0000', undefined as unknown as string])('refuses the tenant id %j', (id) => {
    expect(() => tenants.forTenant(id)).toThrow(
      expect.objectContaining({ code: 'MT_TENANT_IDENTIFIER_INVALID' }) as Error,
    );
  });

  it('shows no row to a connection that names no tenant, before and after connections were used for tenants', async () => {
    const unnamed = (): Promise<number> =>
      setup.app.transaction(async (tx) => {
        if (setup.role !== undefined) await tx.query(`select set_config('role', $1, true)`, [setup.role]);
        return (await tx.query('select * from project', [])).rowCount;
      });
    expect(await unnamed()).toBe(0);
    await Promise.all(Array.from({ length: 16 }, () => bodies(a)));
    const { rows } = await setup.app.query<{ id: string | null }>(
      `select current_setting('tenantry.tenant_id', true) as id`,
      [],
    );
    expect(rows[0]?.id ?? '').toBe('');
    expect(await Promise.all(Array.from({ length: 8 }, unnamed))).toEqual(Array(8).fill(0));
  });

  it('leaves neither tenant nor role behind, after success and after errors', async () => {
    const session = (): Promise<unknown> =>
      setup.app
        .query(
          `select coalesce(current_setting('tenantry.tenant_id', true), '') as tenant, current_user = session_user as self`,
          [],
        )
        .then(({ rows }) => rows[0]);
    const clean = { tenant: '', self: true };
    await bodies(a);
    expect(await session()).toEqual(clean);
    await a.query('select nonsense').catch(() => undefined);
    expect(await session()).toEqual(clean);
    await a.transaction(() => Promise.reject(new Error('aborted'))).catch(() => undefined);
    expect(await session()).toEqual(clean);
  });

  it('keeps A, B, A apart in sequence', async () => {
    for (let round = 0; round < 5; round += 1) {
      expect(await bodies(a)).toEqual(['a1', 'a2']);
      expect(await bodies(b)).toEqual(['b1']);
      await b.query('select nonsense').catch(() => undefined);
      expect(await bodies(a)).toEqual(['a1', 'a2']);
    }
  });

  it('keeps 200 interleaved calls of two tenants apart', async () => {
    const call = async (n: number): Promise<[string, string]> => {
      const id = n % 2 === 0 ? 'A' : 'B';
      current = id;
      const work = n % 5 === 0 ? tenants.transaction((tx) => read(tx, true)) : read(tenants, n % 7 === 0);
      current = n % 3 === 0 ? undefined : 'C';
      return [id, await work];
    };
    const results = await Promise.all(Array.from({ length: 200 }, (_, n) => call(n)));
    expect(results.filter(([id, seen]) => seen !== id)).toEqual([]);
  });

  async function read(sql: Pick<TenantSql, 'query'>, slow: boolean): Promise<string> {
    const { rows } = await sql.query<{ tenants: string }>(
      `select string_agg(distinct tenant_id, ',') as tenants from project ${slow ? `, pg_sleep(0.002)` : ''}`,
    );
    return rows[0]?.tenants ?? '';
  }

  it('reads the tenant at the moment of the call', async () => {
    current = 'A';
    const pending = bodies(tenants);
    current = 'B';
    expect(await pending).toEqual(['a1', 'a2']);
  });

  it('refuses the session of a transaction that has ended', async () => {
    const kept = await a.transaction(async (tx) => ({ tx }));
    await expect(kept.tx.query('select * from project')).rejects.toMatchObject({ code: 'MT_ISOLATION_UNSAFE' });
  });

  it('leaves neither prepared statements nor another session’s user to the next tenant', async () => {
    await a.query(`prepare stash as select 'a secret'`);
    await expect(b.query('execute stash')).rejects.toMatchObject({ code: '26000' });
    await a.query('set session authorization default');
    await a.query('set session authorization app').catch(() => undefined);
    expect((await b.query('select body from project')).rows).toEqual([{ body: 'b1' }]);
  });

  it('refuses a second statement in one text, so that none can end the transaction', async () => {
    const smuggled = 'select 1; commit; delete from project';
    await expect(a.query(smuggled)).rejects.toMatchObject({ code: '42601' });
    await expect(a.transaction((tx) => tx.query(smuggled))).rejects.toMatchObject({ code: '42601' });
    expect(await everything()).toHaveLength(3);
  });
});

describe('TenantDatabase options', () => {
  it.each(['none', 'public', 'a b', "x'; drop table y", ''])('refuse the role %j', (role) => {
    const make = (): unknown => new TenantDatabase({} as SqlDatabase, { tenant: { id: 'A' } }, { role });
    expect(make).toThrow(expect.objectContaining({ code: 'MT_ARGUMENT_INVALID' }) as Error);
  });
});
