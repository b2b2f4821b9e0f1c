import pg from 'pg';
import { pgDatabase, PostgresPlacements, TenantMover } from '@tenantry/postgres';
import type {
  PlacedIsolation,
  PlacementTarget,
  SqlDatabase,
  TenantMoverOptions,
  TenantPlacement,
} from '@tenantry/postgres';
import { MovingTenants } from './support/moving-tenants.js';
import { A, B } from './support/tenants-server.js';

describe('moving a tenant', () => {
  let moving: MovingTenants;
  let catalog: SqlDatabase;

  beforeEach(async () => {
    moving = await MovingTenants.open();
    catalog = pgDatabase(new pg.Pool({ connectionString: moving.server.test.adminUrl, max: 2 }));
    await moving.seed();
  });
  afterEach(async () => {
    await catalog.close();
    await moving.close();
  });

  const schema: PlacementTarget = { strategy: 'schema' };
  const refused = (code: string): Error => expect.objectContaining({ code }) as Error;
  const insertNote = (tenantId: string, body = 'new') =>
    moving.isolation.forTenant(tenantId).query('insert into note (body) values ($1) returning id', [body]);

  /** Placements that report every statement, before and after it is done. */
  const placementsThat = (
    after: (params: unknown) => unknown,
    before: () => unknown = () => undefined,
  ): PostgresPlacements => {
    const query: SqlDatabase['query'] = async (text, params) => {
      await before();
      const result = await catalog.query(text, params);
      await after(params);
      return result as never;
    };
    return new PostgresPlacements({ query } as SqlDatabase);
  };

  it('takes it through every strategy and back, with every value as it was, and touches no other tenant', async () => {
    const [before, other] = [await moving.dataOf(A), await moving.dataOf(B)];
    const own = await moving.ownDatabase(A);
    for (const to of [schema, own, { strategy: 'bound' }, schema, { strategy: 'shared' }, own]) {
      const placed = await moving.mover().move(A, to);
      expect(placed).toMatchObject({ target: to, move: null });
      expect(await moving.dataOf(A)).toBe(before);
    }
    expect(await moving.dataOf(B)).toBe(other);
    expect([await moving.sharedRows(A), await moving.sharedRows(B)]).toEqual([0, 1206]);
    const { rows } = await insertNote(A);
    expect(JSON.parse(before)[1].all.map(({ id }: { id: number }) => id)).not.toContain((rows[0] as { id: number }).id);
  });

  it('blocks it from the beginning to the switch, and no other tenant', async () => {
    const seen: unknown[] = [];
    const look = async (): Promise<void> => {
      seen.push(await insertNote(A).catch(({ code }: { code: string }) => code));
      await insertNote(B);
    };
    await moving
      .mover({ settleMs: 1, wait: look, prepare: look, dismantle: () => insertNote(A).then(() => undefined) })
      .move(A, schema);
    expect(seen[0]).toBe('MT_TENANT_MOVING');
    expect(new Set(seen)).toEqual(new Set(['MT_TENANT_MOVING']));
    expect(await moving.sharedRows(A)).toBe(0);
  });

  it('waits until no node can have the old place cached, less the time that has passed already', async () => {
    const waits: number[] = [];
    const wait = async (ms: number): Promise<void> => void waits.push(ms);
    await moving.mover({ settleMs: 60_000, wait }).move(A, schema);
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThan(0);
    expect(waits[0]).toBeLessThanOrEqual(60_000);
  });

  it('survives a failure at every single statement to the catalog, and loses nothing', async () => {
    const before = await moving.dataOf(A);
    const crashes = { before: 0, after: 0 };
    await moving.placements.place(A, { strategy: 'shared' });
    for (const moment of ['before', 'after'] as const) {
      for (let failing = 1; await crashesAt(failing, moment); failing += 1) {
        crashes[moment] = failing;
        const { move } = (await moving.placements.find(A)) as TenantPlacement;
        await moving.mover().resume(A);
        if (move === null) await moving.mover().move(A, await otherPlace());
        expect(await moving.dataOf(A)).toBe(before);
      }
    }
    expect(crashes.before).toBeGreaterThan(5);
    expect(crashes.after).toBe(crashes.before);
    expect(await moving.dataOf(A)).toBe(before);
  }, 120_000);

  const otherPlace = async (): Promise<PlacementTarget> => {
    const strategy = (await moving.placements.find(A))?.target.strategy;
    return strategy === 'schema' ? { strategy: 'shared' } : schema;
  };

  async function crashesAt(failing: number, moment: 'before' | 'after'): Promise<boolean> {
    const to = await otherPlace();
    let asked = 0;
    const crash = (now: 'before' | 'after'): void => {
      if (now === 'before') asked += 1;
      if (asked === failing && now === moment) throw new Error('crash');
    };
    const placements = placementsThat(
      () => crash('after'),
      () => crash('before'),
    );
    const move = moving.mover({ placements }).move(A, to);
    return move.then(
      () => false,
      () => true,
    );
  }

  it.each(['prepare', 'wait', 'dismantle'] as const)('continues where it stopped in `%s`', async (step) => {
    const before = await moving.dataOf(A);
    const stopped = moving.mover({
      settleMs: 60_000,
      wait: () => Promise.resolve(),
      [step]: () => Promise.reject(new Error('killed')),
    });
    await expect(stopped.move(A, schema)).rejects.toThrow('killed');
    if (step === 'dismantle') expect(await moving.dataOf(A)).toBe(before);
    else await expect(insertNote(A)).rejects.toThrow(refused('MT_TENANT_MOVING'));
    await moving.mover().resume(A);
    expect(await moving.dataOf(A)).toBe(before);
    expect([await moving.sharedRows(A), await moving.placements.find(A)]).toMatchObject([
      0,
      { move: null, target: schema, generation: 2 },
    ]);
  });

  it('done by four processes at once is done once', async () => {
    const before = await moving.dataOf(A);
    await moving.mover().move(B, schema);
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => moving.mover().move(A, schema)));
    const codes = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as { code: string }).code] : [],
    );
    expect(codes.filter((code) => code !== 'MT_MOVE_REFUSED')).toEqual([]);
    await moving.mover().move(A, schema);
    expect(await moving.dataOf(A)).toBe(before);
  });

  it('removes nothing while the old place has rows that were written late', async () => {
    const old = moving.isolation.at(A, { strategy: 'shared' }, 1);
    const placements = placementsThat(async (params) => {
      if (JSON.stringify(params).includes('switched')) await old.query(`insert into note (body) values ('late')`);
    });
    const late = moving.mover({ placements, dismantle: () => Promise.reject(new Error('never reached')) });
    await expect(late.move(A, schema)).rejects.toMatchObject({ code: 'MT_MOVE_MISMATCH', tables: ['note'] });
    expect(await moving.sharedRows(A)).toBe(1207);
    await expect(moving.mover().resume(A)).rejects.toThrow(refused('MT_MOVE_MISMATCH'));
    await old.query(`delete from note where body = 'late'`);
    await moving.mover().resume(A);
    expect(await moving.sharedRows(A)).toBe(0);
  });

  it('does not begin where rows of the tenant are at the target already that are not its own', async () => {
    await moving.isolation.at(A, schema, 2).query(`insert into note (body) values ('who put this here')`);
    await expect(moving.mover().move(A, schema)).rejects.toThrow(refused('MT_MOVE_REFUSED'));
    await expect(moving.mover().cancel(A)).rejects.toThrow(refused('MT_MOVE_MISMATCH'));
    await moving.isolation.at(A, schema, 2).query('delete from note');
    expect(await moving.mover().cancel(A)).toMatchObject({ move: null, target: { strategy: 'shared' } });
    expect(await moving.sharedRows(A)).toBe(1206);
  });

  it('can be cancelled before the switch, and not after it', async () => {
    const before = await moving.dataOf(A);
    const stopped = moving.mover({ prepare: () => Promise.reject(new Error('stop')) });
    await expect(stopped.move(A, schema)).rejects.toThrow('stop');
    await moving.mover().cancel(A);
    expect(await moving.dataOf(A)).toBe(before);
    await expect(moving.mover({ dismantle: () => Promise.reject(new Error('stop')) }).move(A, schema)).rejects.toThrow(
      'stop',
    );
    await expect(moving.mover().cancel(A)).rejects.toThrow(refused('MT_MOVE_REFUSED'));
    await expect(moving.mover().move(A, { strategy: 'shared' })).rejects.toThrow(refused('MT_MOVE_REFUSED'));
  });

  it('is refused where tables have other columns, or are missing', async () => {
    await moving.server.admin.query('alter table note add column more text');
    await expect(moving.mover().move(A, schema)).rejects.toThrow(/other columns.*migrations/);
    await moving.mover().cancel(A);
    await expect(moving.mover({ tables: ['folder', 'nowhere'] }).move(A, schema)).rejects.toThrow(/no table nowhere/);
  });

  it('is refused to a strategy that is not configured, before the tenant is blocked', async () => {
    await expect(moving.mover().move(A, { strategy: 'elsewhere' })).rejects.toThrow(refused('MT_PLACEMENT_INVALID'));
    await expect(insertNote(A)).resolves.toBeDefined();
  });
});

describe('options of a mover', () => {
  it.each<Partial<TenantMoverOptions>>([{ tables: [] }, { tables: ['a b'] }, { settleMs: -1 }, { settleMs: NaN }])(
    'may not be %j',
    (change) => {
      const needed = { placements: {} as PostgresPlacements, isolation: {} as PlacedIsolation, tables: ['a'] };
      const make = (): unknown => new TenantMover({ ...needed, ...change });
      expect(make).toThrow(expect.objectContaining({ code: expect.stringMatching(/INVALID/) as string }) as Error);
    },
  );
});
