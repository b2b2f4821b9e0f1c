import type { PlacementTarget, TenantMoverOptions } from '@tenantry/postgres';
import { MovingTenants } from './support/moving-tenants.js';
import { A, B } from './support/tenants-server.js';

const SHARED: PlacementTarget = { strategy: 'shared' };
const BOUND: PlacementTarget = { strategy: 'bound' };

describe('a move between two names of the same tables', () => {
  let moving: MovingTenants;
  let before: string;

  beforeEach(async () => {
    moving = await MovingTenants.open();
    await moving.seed();
    before = await moving.dataOf(A);
  });
  afterEach(() => moving.close());

  const stop = { prepare: () => Promise.reject(new Error('stop')) };
  const neverDismantle: Partial<TenantMoverOptions> = {
    dismantle: () => Promise.reject(new Error('this would remove the new place')),
  };

  it('changes the strategy, and neither copies nor removes a row', async () => {
    for (const to of [BOUND, SHARED, BOUND]) {
      expect(await moving.mover(neverDismantle).move(A, to)).toMatchObject({ target: to, move: null });
      expect(await moving.dataOf(A)).toBe(before);
      expect([await moving.sharedRows(A), await moving.sharedRows(B)]).toEqual([1206, 1206]);
    }
  });

  it('can be cancelled, and keeps every row', async () => {
    await expect(moving.mover(stop).move(A, BOUND)).rejects.toThrow('stop');
    expect(await moving.mover().cancel(A)).toMatchObject({ target: SHARED, move: null });
    expect(await moving.dataOf(A)).toBe(before);
  });

  it('is no move at all where the server is only spelled otherwise', async () => {
    const own = await moving.ownDatabase(A);
    const host = String(own.host);
    await moving.mover().move(A, own);
    const placed = await moving.mover(stop).move(A, { ...own, host: `${host.toUpperCase()}.` });
    expect(placed).toMatchObject({ target: own, generation: 2, move: null });
    expect(await moving.dataOf(A)).toBe(before);
  });

  it('finds out that two names of a server are one', async () => {
    const own = await moving.ownDatabase(A);
    const alias = { ...own, host: own.host === 'localhost' ? '127.0.0.1' : 'localhost' };
    await moving.mover().move(A, own);
    await moving.mover(neverDismantle).move(A, alias);
    expect(await moving.placements.find(A)).toMatchObject({ target: alias, move: null });
    expect(await moving.dataOf(A)).toBe(before);
  });

  it('is refused where only some of the tables are the same, and cancelling it removes nothing', async () => {
    const halfway = moving.mover({ tables: ['public.folder', 'note'] });
    const inCommon = { code: 'MT_MOVE_REFUSED', message: expect.stringContaining('in common') as string };
    await expect(halfway.move(A, { strategy: 'schema' })).rejects.toMatchObject(inCommon);
    await expect(halfway.cancel(A)).rejects.toMatchObject(inCommon);
    expect(await moving.sharedRows(A)).toBe(1206);
    expect(await moving.mover().cancel(A)).toMatchObject({ target: SHARED, move: null });
    expect(await moving.dataOf(A)).toBe(before);
  });
});

describe('what `dismantle` has done', () => {
  it('is not asked for again at the old place when the process dies right after it', async () => {
    const moving = await MovingTenants.open();
    await moving.seed();
    const before = await moving.dataOf(A);
    await moving.mover().move(A, { strategy: 'schema' });
    const dismantle = async (): Promise<void> => {
      await moving.server.admin.query('drop schema if exists tenant_a_2db cascade');
    };
    const dying = moving.mover({ dismantle: () => dismantle().then(() => Promise.reject(new Error('killed'))) });
    await expect(dying.move(A, SHARED)).rejects.toThrow('killed');
    expect(await moving.mover({ dismantle }).resume(A)).toMatchObject({ target: SHARED, move: null });
    expect(await moving.dataOf(A)).toBe(before);
    await moving.close();
  });
});
