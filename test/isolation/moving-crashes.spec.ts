import pg from 'pg';
import type { PlacementTarget, TenantPlacement } from '@tenantry/postgres';
import { compileChild } from '../lifecycle/support/compiled-child.js';
import type { MoveChildOrder } from './support/move-child.js';
import { MovingTenants } from './support/moving-tenants.js';
import { A, B } from './support/tenants-server.js';

const SHARED: PlacementTarget = { strategy: 'shared' };
const NOTES = 700;
const ROWS = NOTES + 2;
/** Each statement costs a process. */
const PATIENCE_MS = 600_000;

/** Whether the rows of the tenant are at the old place and at the new one, by the step on record when the process is dead. */
const LEFT: Readonly<Record<string, readonly string[]>> = {
  none: ['old'],
  shut: ['old', 'old and new'],
  switched: ['old and new', 'new'],
  removed: ['new'],
  done: ['new'],
};

describe('a process that is killed while it moves a tenant', () => {
  let moving: MovingTenants;
  let child: ReturnType<typeof compileChild>;
  let own: PlacementTarget;
  let data: readonly [string, string];
  let turns: pg.Client;

  beforeAll(async () => {
    child = compileChild([require.resolve('./support/move-child.ts')]);
    moving = await MovingTenants.open();
    await moving.seed();
    await moving.isolation.forTenant(A).query(`delete from note where id not in (select id from note limit ${NOTES})`);
    own = await moving.ownDatabase(A);
    await moving.placements.place(A, SHARED);
    await moving.server.admin.query('create table hooks (what text)');
    turns = new pg.Client({ connectionString: moving.server.test.adminUrl });
    await turns.connect();
    data = [await moving.dataOf(A), await moving.dataOf(B)];
  }, 60_000);
  afterAll(async () => {
    child.remove();
    await turns.end();
    await moving.close();
  });

  /** Starts a process that moves and dies, but only when triggered. @returns the trigger, which resolves to whether it died */
  const prepareDeath = async (deadly: number): Promise<() => Promise<boolean>> => {
    await turns.query('select pg_advisory_lock($1)', [deadly]);
    const { server } = moving;
    const [allowedHost, user, password] = [server.server().host, server.roleOf(A), server.passwordOf(A)];
    const [catalogUrl, sharedUrl] = [server.test.adminUrl, server.test.appUrl];
    const order: MoveChildOrder = { tenantId: A, to: own, deadly, catalogUrl, sharedUrl, allowedHost, user, password };
    const running = child.run(JSON.stringify(order));
    return async () => {
      await turns.query('select pg_advisory_unlock($1)', [deadly]);
      const { signal, code, stderr } = await running;
      expect({ stderr, end: signal ?? code }).toEqual({ stderr: '', end: signal === null ? 0 : 'SIGKILL' });
      return signal === 'SIGKILL';
    };
  };
  const rowsAt = async (place: PlacementTarget): Promise<number> => {
    if (place.strategy === 'shared') return moving.sharedRows(A);
    const { rows } = await moving.isolation
      .at(A, place, 0)
      .query<{ n: number }>('select ((select count(*) from folder) + (select count(*) from note))::int as n');
    return rows[0]?.n as number;
  };
  /** What is where, in the form of {@link LEFT}. Half of the rows is nowhere. */
  const left = async (from: PlacementTarget, to: PlacementTarget): Promise<string> => {
    const counts = [await rowsAt(from), await rowsAt(to)];
    expect(counts.filter((count) => count !== 0 && count !== ROWS)).toEqual([]);
    return ['old', 'new'].filter((_place, at) => counts[at] === ROWS).join(' and ');
  };
  const stepOf = ({ move, target }: TenantPlacement, to: PlacementTarget): string =>
    move?.step ?? (target.strategy === to.strategy ? 'done' : 'none');
  const outcomeOfCall = (): Promise<unknown> =>
    moving.isolation
      .forTenant(A)
      .query('select from note')
      .then(
        ({ rowCount }) => rowCount,
        ({ code }: { code: string }) => code,
      );

  const check = async (from: PlacementTarget, to: PlacementTarget, point: string): Promise<string> => {
    const step = stepOf((await moving.placements.find(A)) as TenantPlacement, to);
    expect({ point, step, left: LEFT[step] }).toMatchObject({
      left: expect.arrayContaining([await left(from, to)]) as string[],
    });
    expect({ point, call: await outcomeOfCall() }).toEqual({
      point,
      call: step === 'shut' ? 'MT_TENANT_MOVING' : NOTES,
    });
    const mover = moving.mover();
    expect(await (step === 'none' ? mover.move(A, to) : mover.resume(A))).toMatchObject({ target: to, move: null });
    expect({ point, left: await left(from, to) }).toEqual({ point, left: 'new' });
    expect({ point, same: (await moving.dataOf(A)) === data[0] }).toEqual({ point, same: true });
    return step;
  };

  it(
    'before any of its statements has lost and doubled nothing, and another process finishes it',
    async () => {
      const deaths = new Map<string, number>();
      let next = await prepareDeath(1);
      for (let deadly = 1, dies = true; dies; deadly += 1) {
        const die = next;
        next = await prepareDeath(deadly + 1);
        dies = await die();
        const step = await check(SHARED, own, `before statement ${deadly}`);
        deaths.set(step, (deaths.get(step) ?? 0) + 1);
        if (dies) await moving.mover().move(A, SHARED);
      }
      expect(await next()).toBe(false);
      expect([...deaths.keys()]).toEqual(['none', 'shut', 'switched', 'removed', 'done']);
      expect(deaths.get('shut')).toBeGreaterThan(30);
      expect(deaths.get('switched')).toBeGreaterThan(10);
      expect([await moving.dataOf(B), await moving.sharedRows(B)]).toEqual([data[1], 1206]);
      const write = moving.isolation.forTenant(A).query(`insert into note (body) values ('served again')`);
      await expect(write).resolves.toMatchObject({ rowCount: 1 });
    },
    PATIENCE_MS,
  );
});
