import fc from 'fast-check';
import pg from 'pg';
import { dropTenantSchemaSql, schemaPerTenant, tenantSchemaName, tenantSchemaSql } from '@tenantry/postgres';
import type { PooledStrategy } from '@tenantry/postgres';
import { A, TenantsServer } from './support/tenants-server.js';

/** Two applications in one database, and tenants of theirs whose schemas have one name. */
const MINE = { tenantId: 'a-b', prefix: 'tenant_' };
const THEIRS = { tenantId: '2db', prefix: 'tenant_a_' };
const NAME = 'tenant_a_2db';

describe('the mark of a schema', () => {
  let server: TenantsServer;
  let role: string;
  let strategies: PooledStrategy[];

  beforeAll(async () => {
    server = await TenantsServer.open();
    role = server.roleOf(A);
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    strategies = [];
    await server.admin.query(`drop schema if exists ${NAME} cascade`);
  });
  afterEach(() => Promise.all(strategies.map((strategy) => strategy.close())));

  // One role for all: the rights of a role of each tenant's own would keep them apart by themselves.
  const strategyOf = (schemaPrefix: string): PooledStrategy => {
    const strategy = schemaPerTenant({
      server: server.server(),
      credentials: () => ({ user: role, password: server.passwordOf(A) }),
      schemaPrefix,
      createPool: (settings) => new pg.Pool(settings),
    });
    strategies.push(strategy);
    return strategy;
  };
  const make = async (change: object = {}): Promise<void> => {
    await server.admin.query(tenantSchemaSql({ ...MINE, role, ...change }));
    await server.admin.query(`create table if not exists ${NAME}.project (body text)`);
  };
  const commentIs = async (comment: string | null): Promise<void> => {
    await server.admin.query(`comment on schema ${NAME} is ${comment === null ? 'null' : `'${comment}'`}`);
  };
  const read = (prefix: string, tenantId: string): Promise<unknown> =>
    strategyOf(prefix).forTenant(tenantId).query('select * from project');

  it('is needed: two applications with prefixes of their own may lead to one name', () => {
    expect(tenantSchemaName(MINE.tenantId, MINE.prefix)).toBe(NAME);
    expect(tenantSchemaName(THEIRS.tenantId, THEIRS.prefix)).toBe(NAME);
  });

  it('lets its tenant in, and no tenant of another prefix whose schema has the same name', async () => {
    await make();
    await expect(read(MINE.prefix, MINE.tenantId)).resolves.toBeDefined();
    const served = read(THEIRS.prefix, THEIRS.tenantId);
    await expect(served).rejects.toMatchObject({ code: 'MT_ISOLATION_UNSAFE', tenantId: THEIRS.tenantId });
    await expect(served).rejects.toThrow(/is not marked "Tenantry: tenant 2db of prefix tenant_a_", but ".* a-b of/);
  });

  it('holds for connections of ORMs as well', async () => {
    await make();
    const pool = new pg.Pool(await strategyOf(THEIRS.prefix).connectionOf(THEIRS.tenantId));
    await expect(pool.query('select * from project')).rejects.toMatchObject({ code: 'MT_ISOLATION_UNSAFE' });
    await pool.end();
  });

  it.each([
    ['none', null],
    ['a comment of another origin', 'customers of the north'],
    ['that of another id', 'Tenantry: tenant a-B of prefix tenant_'],
    ['more than its own', 'Tenantry: tenant a-b of prefix tenant_ and more'],
  ])('may not be %s', async (_what, comment) => {
    await make();
    await commentIs(comment);
    await expect(read(MINE.prefix, MINE.tenantId)).rejects.toMatchObject({ code: 'MT_ISOLATION_UNSAFE' });
  });

  it('keeps another application from making, adopting or dropping the schema', async () => {
    await make();
    await server.admin.query(`insert into ${NAME}.project values ('mine')`);
    for (const sql of [
      tenantSchemaSql({ ...THEIRS, role }),
      tenantSchemaSql({ ...THEIRS, role, adopt: true }),
      dropTenantSchemaSql(THEIRS.tenantId, THEIRS.prefix),
    ]) {
      await expect(server.admin.query(sql)).rejects.toThrow(/is not marked "Tenantry: tenant 2db of prefix tenant_a_"/);
    }
    expect(await read(MINE.prefix, MINE.tenantId)).toMatchObject({ rows: [{ body: 'mine' }] });
  });

  it('is given to a schema from before there were marks by `adopt`, and not without', async () => {
    await make();
    for (const comment of [null, 'customers of the north']) {
      await commentIs(comment);
      await expect(make()).rejects.toThrow(/adopt|not marked/);
      await expect(server.admin.query(dropTenantSchemaSql(MINE.tenantId))).rejects.toThrow(/not marked/);
      await make({ adopt: true });
      await expect(read(MINE.prefix, MINE.tenantId)).resolves.toBeDefined();
    }
  });

  it('belongs to one of two applications that make the schema at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      await server.admin.query(`drop schema if exists ${NAME} cascade`);
      const made = await Promise.allSettled(
        [MINE, THEIRS].map((one) => server.admin.query(tenantSchemaSql({ ...one, role }))),
      );
      expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const winner = made[0]?.status === 'fulfilled' ? MINE : THEIRS;
      const { rows } = await server.admin.query(
        `select obj_description('${NAME}'::regnamespace, 'pg_namespace') as mark`,
        [],
      );
      expect(rows).toEqual([{ mark: `Tenantry: tenant ${winner.tenantId} of prefix ${winner.prefix}` }]);
    }
  });

  it('cannot be changed by the tenant’s role', async () => {
    await make();
    const changing = strategyOf(MINE.prefix).forTenant(MINE.tenantId).query(`comment on schema ${NAME} is null`);
    await expect(changing).rejects.toMatchObject({ code: '42501' });
  });

  it('differs wherever tenant or prefix do, in the SQL that writes it', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,20}[A-Za-z0-9])?$/);
    const prefix = fc.stringMatching(/^[a-z][a-z0-9_]{0,15}_$/);
    const markIn = (tenantId: string, of: string): string | undefined =>
      /comment on schema "\w+" is '([^']*)'/.exec(tenantSchemaSql({ tenantId, prefix: of, role: 'app' }))?.[1];
    fc.assert(
      fc.property(id, prefix, id, prefix, (one, first, other, second) => {
        expect(markIn(one, first)).toContain(one);
        expect(markIn(one, first) === markIn(other, second)).toBe(one === other && first === second);
      }),
      { numRuns: 1_000 },
    );
  });
});
