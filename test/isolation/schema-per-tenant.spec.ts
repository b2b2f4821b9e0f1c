import fc from 'fast-check';
import pg from 'pg';
import { dropTenantSchemaSql, schemaPerTenant, tenantSchemaName, tenantSchemaSql } from '@tenantry/postgres';
import { onSchemas } from './support/isolated-data.js';
import type { PooledData } from './support/isolated-data.js';
import { A, B } from './support/tenants-server.js';

describe('the schema of a tenant', () => {
  let data: PooledData;

  beforeAll(async () => {
    data = await onSchemas();
    await data.server.admin
      .query(`create table public.project (id int, body text); insert into public.project values (1, 'public');
      create table public.elsewhere (id int); grant all on public.project, public.elsewhere to public;`);
  });
  afterAll(() => data.close());
  beforeEach(() => data.reset());

  const strategyAs = (roleOf: (tenantId: string) => string, change: object = {}) =>
    schemaPerTenant({
      server: data.server.server(),
      credentials: (tenantId) => ({ user: roleOf(tenantId), password: data.server.passwordOf(tenantId) }),
      createPool: (settings) => new pg.Pool({ ...settings, ...change }),
      pool: { max: 1 },
    });

  it('is the only one in which a name without a schema is found, public not excepted', async () => {
    const a = data.strategy.forTenant(A);
    expect((await a.query('select body from project order by id')).rows).toEqual([
      { body: `${A} 1` },
      { body: `${A} 2` },
    ]);
    await expect(a.query('select * from elsewhere')).rejects.toMatchObject({ code: '42P01' });
    expect((await a.query(`select current_setting('search_path') as path`)).rows).toEqual([
      { path: tenantSchemaName(A) },
    ]);
  });

  it('has to be there: without it every call fails, with a code, and nothing is looked up elsewhere', async () => {
    const strategy = strategyAs(() => data.roleOf(A), { password: data.server.passwordOf(A) });
    const unplaced = strategy.forTenant('unplaced');
    const missing = { code: 'MT_SCHEMA_MISSING', tenantId: 'unplaced' };
    await expect(unplaced.query('select * from project')).rejects.toMatchObject(missing);
    await expect(unplaced.transaction((tx) => tx.query('select 1'))).rejects.toMatchObject(missing);
    await strategy.close();
  });

  it('that the role may not use is as good as missing', async () => {
    const crossed = strategyAs(() => data.roleOf(B), { password: data.server.passwordOf(B) });
    await expect(crossed.forTenant(A).query('select * from project')).rejects.toMatchObject({
      code: 'MT_SCHEMA_MISSING',
    });
    await crossed.close();
  });

  it.each([
    ['the schema of the other tenant, named outright', () => `select * from ${tenantSchemaName(B)}.project`],
    ['its search path', () => `select set_config('search_path', '${tenantSchemaName(B)}', true)`],
    ['its role', () => `select set_config('role', '${data.roleOf(B)}', true)`],
  ])('cannot be left by %s where each tenant has a role', async (_what, statement) => {
    const attempt = data.strategy.forTenant(A).transaction(async (tx) => {
      await tx.query(statement());
      return (await tx.query('select * from project')).rows;
    });
    await expect(attempt).rejects.toMatchObject({ code: expect.stringMatching(/^(?:42501|42P01)$/) as string });
  });

  it.each([
    ['no start-up options', { options: undefined }],
    ['public on its path', { options: '-c search_path=tenant_a_2db,public' }],
    ['the path of another tenant', { options: '-c search_path=public' }],
  ])('refuses a connection with %s', async (_what, change) => {
    const strategy = strategyAs((tenantId) => data.roleOf(tenantId), change);
    await expect(strategy.forTenant(A).query('select * from project')).rejects.toMatchObject({
      code: 'MT_ISOLATION_UNSAFE',
      message: expect.stringContaining('public') as string,
    });
    await strategy.close();
  });

  it('comes with settings of connections, whose check an application cannot leave out', async () => {
    const settings = await data.strategy.connectionOf(A);
    expect(settings).toMatchObject({ user: data.roleOf(A), options: '-c search_path=tenant_a_2db' });
    const [pool, wrong] = [new pg.Pool(settings), new pg.Pool({ ...settings, options: '' })];
    expect((await pool.query('select body from project order by id')).rows).toHaveLength(2);
    await expect(wrong.query('select 1')).rejects.toMatchObject({ code: 'MT_ISOLATION_UNSAFE' });
    await Promise.all([pool.end(), wrong.end()]);
  });

  it('that is dropped while a connection is open is missing, in statements and in transactions', async () => {
    const { admin } = data.server;
    const role = data.roleOf(A);
    const strategy = strategyAs(() => role, { password: data.server.passwordOf(A) });
    const gone = strategy.forTenant('gone');
    const missing = { code: 'MT_SCHEMA_MISSING', tenantId: 'gone' };
    await admin.query(tenantSchemaSql({ tenantId: 'gone', role }));
    await admin.query('create table tenant_gone.thing (id int)');
    expect((await gone.query('select * from thing')).rows).toEqual([]);
    await admin.query(dropTenantSchemaSql('gone'));
    await expect(gone.query('select * from thing')).rejects.toMatchObject(missing);
    await expect(gone.transaction((tx) => tx.query('insert into thing values (1)'))).rejects.toMatchObject(missing);
    await admin.query(tenantSchemaSql({ tenantId: 'gone', role }));
    await expect(gone.query('select * from thing')).rejects.toMatchObject({ code: '42P01' });
    expect((await gone.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await admin.query(dropTenantSchemaSql('gone'));
    await strategy.close();
  });

  it('can be made and dropped again', async () => {
    const { admin } = data.server;
    const role = data.roleOf(A);
    for (let time = 0; time < 2; time += 1) await admin.query(tenantSchemaSql({ tenantId: 'again', role }));
    await admin.query('create table tenant_again.thing (id serial)');
    const strategy = strategyAs(() => role, { password: data.server.passwordOf(A) });
    await strategy.forTenant('again').query('insert into thing default values');
    for (let time = 0; time < 2; time += 1) await admin.query(dropTenantSchemaSql('again'));
    expect((await admin.query(`select 1 from pg_namespace where nspname = 'tenant_again'`, [])).rowCount).toBe(0);
    await strategy.close();
  });
});

describe('the name of a schema', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);

  it.each([
    ['foo', 'tenant_foo'],
    ['a-b', 'tenant_a_2db'],
    ['a_b', 'tenant_a_5fb'],
    ['A.B', 'tenant__41_2e_42'],
    ['a-2db', 'tenant_a_2d2db'],
  ])('of %s is %s', (tenantId, name) => {
    expect(tenantSchemaName(tenantId)).toBe(name);
  });

  it('is no other tenant’s, fits into 63 bytes and needs no quotes', () => {
    fc.assert(
      fc.property(id, id, (one, other) => {
        const [first, second] = [tenantSchemaName(one), tenantSchemaName(other)];
        expect(first).toMatch(/^[a-z][a-z0-9_]{0,62}$/);
        expect(first === second).toBe(one === other);
      }),
      { numRuns: 2_000 },
    );
  });

  it('distinguishes ids that differ in one character only, however long', () => {
    const long = `${'x-'.repeat(31)}x`;
    const near = [long, `${long.slice(0, -1)}y`, long.replace('-', '_'), long.toUpperCase()];
    expect(new Set(near.map((tenantId) => tenantSchemaName(tenantId))).size).toBe(near.length);
  });

  it('cannot be that of a short id by being a digest', () => {
    const long = `${'x-'.repeat(31)}x`;
    expect(tenantSchemaName(long)).toMatch(/^tenant__h[0-9a-f]{40}$/);
    expect(() => tenantSchemaName('_habc')).toThrow(
      expect.objectContaining({ code: 'MT_TENANT_IDENTIFIER_INVALID' }) as Error,
    );
  });

  it.each(['', 'public', 'Tenant_', 'a b_', '1_', '_', `${'x'.repeat(17)}_`])('refuses the prefix %j', (prefix) => {
    expect(() => tenantSchemaName('foo', prefix)).toThrow(
      expect.objectContaining({ code: 'MT_ARGUMENT_INVALID' }) as Error,
    );
  });
});
