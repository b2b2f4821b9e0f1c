import pg from 'pg';
import { databasePerTenant, pgDatabase } from '@tenantry/postgres';
import type { PooledStrategy, SqlDatabase, TenantPlace } from '@tenantry/postgres';
import { MovingTenants } from './support/moving-tenants.js';
import { A, B, TenantsServer } from './support/tenants-server.js';

describe('a tenant whose place changes', () => {
  let server: TenantsServer;
  let strategy: PooledStrategy;
  let place: TenantPlace;

  beforeAll(async () => {
    server = await TenantsServer.open();
    for (const id of [A, B]) await (await server.makeDatabase(id)).query(`create table here as select '${id}' as name`);
    for (const id of [A, B]) await grantToBoth(id);
    strategy = databasePerTenant({
      allowedHosts: [server.server().host],
      credentials: () => ({ user: server.roleOf(A), password: server.passwordOf(A) }),
      placeOf: () => place,
      createPool: (settings) => new pg.Pool(settings),
    });
  });
  afterAll(async () => {
    await strategy.close();
    await server.close();
  });

  const grantToBoth = async (id: string): Promise<void> => {
    const owner = ownerOf(server, id);
    await server.admin.query(`grant connect on database "${server.databaseOf(id)}" to "${server.roleOf(A)}"`);
    await owner.query('grant select on here to public');
    await owner.close();
  };
  const whereIs = async (tenantId: string): Promise<unknown> =>
    (await strategy.forTenant(tenantId).query<{ name: string }>('select name from here')).rows[0]?.name;
  const at = (id: string): TenantPlace => ({ ...server.server(), database: server.databaseOf(id) });

  it('is where the place says, also when the generation is the same: it may be used again after a new placement', async () => {
    place = at(A);
    expect(await whereIs('foo')).toBe(A);
    place = at(B);
    expect(await whereIs('foo')).toBe(B);
    place = { ...at(A), generation: 7 };
    expect(await whereIs('foo')).toBe(A);
    place = { ...at(B), generation: 7 };
    expect(await whereIs('foo')).toBe(B);
  });

  it('shares no pool with an id that differs in case alone', async () => {
    const seen: unknown[] = [];
    place = at(A);
    const pid = async (id: string): Promise<unknown> =>
      (await strategy.forTenant(id).query('select pg_backend_pid() as pid')).rows[0];
    for (const id of ['case', 'Case']) seen.push(await pid(id));
    expect(seen[0]).not.toEqual(seen[1]);
  });
});

describe('a move that is started again', () => {
  it('to another place goes there, and not to the one before', async () => {
    const moving = await MovingTenants.open();
    await moving.seed();
    const [first, second] = [await moving.ownDatabase(A), await moving.ownDatabase(B)];
    await moving.server.admin.query(
      `grant connect on database "${moving.server.databaseOf(B)}" to "${moving.server.roleOf(A)}"`,
    );
    const notes = async (id: string): Promise<number> => {
      const owner = ownerOf(moving.server, id);
      const { rowCount } = await owner.query('select from note', []);
      await owner.close();
      return rowCount;
    };
    const before = await moving.dataOf(A);

    const failing = moving.mover({ prepare: () => Promise.reject(new Error('stop')) });
    await expect(failing.move(A, first)).rejects.toThrow('stop');
    await moving.mover().cancel(A);
    await moving.mover().move(A, second);

    expect([await notes(A), await notes(B)]).toEqual([0, 1204]);
    expect(await moving.dataOf(A)).toBe(before);
    await moving.close();
  }, 60_000);
});

function ownerOf(server: TenantsServer, id: string): SqlDatabase {
  const url = new URL(server.test.adminUrl);
  url.pathname = `/${server.databaseOf(id)}`;
  return pgDatabase(new pg.Pool({ connectionString: url.href, max: 1 }));
}
