import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { TenantClientRegistry } from '@tenantry/core';
import { CachedPlacements, placedIsolation, rowLevelSecurity } from '@tenantry/postgres';
import type {
  PlacedIsolation,
  PlacementTarget,
  PostgresPlacements,
  SqlDatabase,
  TenantConnectionSettings,
} from '@tenantry/postgres';
import { until } from '../support/until.js';
import { MovingTenants } from './support/moving-tenants.js';
import { A, B } from './support/tenants-server.js';

const BOUND: PlacementTarget = { strategy: 'bound' };
const SCHEMA: PlacementTarget = { strategy: 'schema' };

describe('connections of ORMs to where a tenant is placed', () => {
  let moving: MovingTenants;
  let pools: pg.Pool[];

  beforeEach(async () => {
    pools = [];
    moving = await MovingTenants.open();
    for (const tenantId of [A, B]) await moving.placements.place(tenantId, BOUND);
    await moving.seed();
  });
  afterEach(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await moving.close();
  });

  const poolOf = (settings: TenantConnectionSettings): pg.Pool => {
    const pool = new pg.Pool(settings);
    pool.on('error', () => undefined);
    pools.push(pool);
    return pool;
  };
  const moved = (): { readonly calls: number; readonly onMoved: () => void } => {
    const state = { calls: 0, onMoved: () => void (state.calls += 1) };
    return state;
  };
  const shut = (tenantId: string): Promise<unknown> => {
    const stopping = moving.mover({ prepare: () => Promise.reject(new Error('stop')) }).move(tenantId, SCHEMA);
    return expect(stopping).rejects.toThrow('stop');
  };

  it('lead there, as its tenant, with the limits of that strategy', async () => {
    const settings = await moving.isolation.connectionOf(A);
    expect(settings).toMatchObject({
      user: moving.server.roleOf(A),
      max: 2,
      query_timeout: 10_000,
      maxLifetimeSeconds: 5,
    });
    const text = `select name, session_user::text as who, current_setting('statement_timeout') as limit from folder where id = 1`;
    const rows = [{ name: A, who: moving.server.roleOf(A), limit: '9s' }];
    expect((await poolOf(settings).query(text)).rows).toEqual(rows);
    await moving.mover().move(A, SCHEMA);
    expect((await poolOf(await moving.isolation.connectionOf({ id: A })).query(text)).rows).toEqual(rows);
  });

  it('are none while the tenant is blocked, nor where it is placed nowhere or on a pool that all share', async () => {
    await shut(A);
    await expect(moving.isolation.connectionOf(A)).rejects.toMatchObject({ code: 'MT_TENANT_MOVING' });
    const shared = moving.isolation.connectionOf('elsewhere');
    await expect(shared).rejects.toMatchObject({ code: 'MT_PLACEMENT_INVALID', tenantId: 'elsewhere' });
    await expect(shared).rejects.toThrow(/"shared" has no connections of one tenant.*boundPool/);
    await expect(moving.isolation.connectionOf('')).rejects.toMatchObject({ code: 'MT_TENANT_IDENTIFIER_INVALID' });
  });

  it('are refused when they are new and the tenant is blocked or elsewhere, and call onMoved', async () => {
    const [state, other] = [moved(), moved()];
    const pool = poolOf({ ...(await moving.isolation.connectionOf(A, state)), maxLifetimeSeconds: 0.001 });
    const otherPool = poolOf(await moving.isolation.connectionOf(B, other));
    const pid = (await pool.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
    expect(state.calls).toBe(0);
    await until(() => pool.totalCount === 0);
    await shut(A);
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'MT_TENANT_MOVING' });
    expect(state.calls).toBe(1);
    await moving.mover().resume(A);
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'MT_TENANT_MOVING' });
    expect(state.calls).toBe(1);
    expect((await moving.server.admin.query('select 1 from pg_stat_activity where pid = $1', [pid])).rowCount).toBe(0);
    expect((await otherPool.query('select 1')).rowCount).toBe(1);
    expect(other.calls).toBe(0);
  });

  it('report that the tenant is elsewhere also where the old place is gone, and nothing can be verified', async () => {
    const own = await moving.ownDatabase(A);
    await moving.mover().move(A, own);
    const state = moved();
    const pool = poolOf(await moving.isolation.connectionOf(A, state));
    await moving.mover().move(A, SCHEMA);
    await moving.isolation.forTenant(A).query('select 1');
    await moving.server.admin.query(`drop database "${own.database}" with (force)`);
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: '3D000' });
    await until(() => state.calls > 0);
  });

  it('are refused, and the client is kept, while the placements cannot be asked', async () => {
    const down = { now: false };
    const find = (id: string): ReturnType<PostgresPlacements['find']> =>
      down.now ? Promise.reject(new Error('down')) : moving.placements.find(id);
    const isolation = moving.isolationOver({ find });
    const state = moved();
    const pool = poolOf(await isolation.connectionOf(A, state));
    down.now = true;
    await expect(pool.query('select 1')).rejects.toThrow('down');
    down.now = false;
    expect((await pool.query('select 1')).rowCount).toBe(1);
    expect(state.calls).toBe(0);
    await isolation.close();
  });
});

describe('the lifetime of such connections', () => {
  it.each([0, -1, NaN, Infinity])('may not be %d ms', (connectionLifetimeMs) => {
    const make = () =>
      placedIsolation({
        placements: { find: () => null },
        strategies: { any: rowLevelSecurity({ database: {} as SqlDatabase }) },
        connectionLifetimeMs,
      });
    expect(make).toThrow(expect.objectContaining({ code: 'MT_OPTIONS_INVALID' }) as Error);
  });
});

interface Tables {
  note: { id?: number; body: string };
}

interface Load {
  /** Texts of rows whose writing was confirmed. */
  readonly written: string[];
  /** Rows of another tenant that were seen. */
  foreign: number;
  readonly refusals: Map<string, number>;
}

describe('Kysely on a tenant that is moved under load', () => {
  let moving: MovingTenants;
  let isolation: PlacedIsolation;
  let registry: TenantClientRegistry<Kysely<Tables>>;

  beforeEach(async () => {
    moving = await MovingTenants.open();
    for (const tenantId of [A, B]) await moving.placements.place(tenantId, BOUND);
    const cached = new CachedPlacements(moving.placements, { maxAgeMs: 50 });
    isolation = moving.isolationOver(cached, { connectionLifetimeMs: 200 });
    registry = new TenantClientRegistry<Kysely<Tables>>({
      name: 'db',
      retryBackoffMs: 10,
      create: async (tenantId) => {
        const pool = new pg.Pool(await isolation.connectionOf(tenantId, { onMoved: () => registry.evict(tenantId) }));
        pool.on('error', () => undefined);
        return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
      },
      dispose: (db) => db.destroy(),
    });
  });
  afterEach(async () => {
    await registry.close();
    await isolation.close();
    await moving.close();
  });

  /** Writes and reads as a tenant, several at once, until it is stopped. */
  const loadOf = (tenantId: string): { readonly load: Load; stop(): Promise<void> } => {
    const load: Load = { written: [], foreign: 0, refusals: new Map() };
    let [running, next] = [true, 0];
    const write = async (db: Kysely<Tables>, body: string): Promise<void> => {
      if (next % 3 !== 0) return void (await db.insertInto('note').values({ body }).execute());
      await db.transaction().execute(async (tx) => {
        await tx.insertInto('note').values({ body }).execute();
        await sql`select pg_sleep(0.01)`.execute(tx);
      });
    };
    const once = async (): Promise<void> => {
      const body = `${tenantId} ${(next += 1)}`;
      await registry.use(tenantId, async (db) => {
        await write(db, body);
        load.written.push(body);
        const seen = await db.selectFrom('note').select('body').orderBy('id', 'desc').limit(20).execute();
        load.foreign += seen.filter((row) => !row.body.startsWith(`${tenantId} `)).length;
      });
    };
    const worker = async (): Promise<void> => {
      while (running) await once().catch((error: unknown) => refused(load, error));
    };
    const workers = Promise.all(Array.from({ length: 4 }, worker));
    return { load, stop: () => ((running = false), workers.then(() => undefined)) };
  };

  it('loses no row, doubles none and sees none of another tenant; nothing is written to the old place', async () => {
    const own = await moving.ownDatabase(A);
    const [a, b] = [loadOf(A), loadOf(B)];
    const moreWrites = async (): Promise<void> => {
      const before = a.load.written.length;
      await until(() => a.load.written.length > before + 20);
    };
    for (const to of [own, SCHEMA, own]) {
      await moreWrites();
      // Removal is refused if a row was written to the old place after the copy, so the move itself is half of the proof.
      expect(await moving.mover({ settleMs: 1_000 }).move(A, to)).toMatchObject({ target: to, move: null });
    }
    await moreWrites();
    await Promise.all([a.stop(), b.stop()]);

    for (const [tenantId, { load }] of [[A, a] as const, [B, b] as const]) {
      const { rows } = await isolation.forTenant(tenantId).query<{ body: string }>('select body from note');
      const there = rows.map(({ body }) => body);
      expect(new Set(there).size).toBe(there.length);
      expect(load.written.filter((body) => !there.includes(body))).toEqual([]);
      expect(there.filter((body) => !body.startsWith(`${tenantId} `))).toEqual([]);
      expect(load.foreign).toBe(0);
    }
    expect([...a.load.refusals.keys()]).toEqual(['MT_TENANT_MOVING']);
    expect([...b.load.refusals.keys()]).toEqual([]);
  }, 60_000);
});

/** Notes the code of an error, or of the one that it wraps, and lets others have a turn. */
async function refused({ refusals }: Load, error: unknown): Promise<void> {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  const reason = (code === 'MT_CLIENT_CREATE_FAILED' ? cause?.code : code) ?? String(error);
  refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
  await new Promise((resolve) => setImmediate(resolve));
}
