import pg from 'pg';
import {
  databasePerTenant,
  pgDatabase,
  placedIsolation,
  PostgresPlacements,
  rowLevelSecurity,
  TenantMover,
} from '@tenantry/postgres';
import type { PlacementTarget } from '@tenantry/postgres';

/** Orders for the process that moves, as JSON. */
export interface MoveChildOrder {
  readonly tenantId: string;
  readonly to: PlacementTarget;
  /**
   * Dies before it sends its statement of this number, counted from 1 over all connections. Begins when this number is no longer
   * locked: processes start slowly, so they are started before it is their turn.
   */
  readonly deadly: number;
  readonly catalogUrl: string;
  readonly sharedUrl: string;
  readonly allowedHost: string;
  readonly user: string;
  readonly password: string;
}

/*
 * A process of its own, which moves a tenant and dies at a statement: node move-child.js <order>
 */

const order = JSON.parse(process.argv[2] as string) as MoveChildOrder;

function dieAtStatement(): void {
  const { query } = pg.Client.prototype;
  let count = 0;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    count += 1;
    if (count === order.deadly) process.kill(process.pid, 'SIGKILL');
    return Reflect.apply(query, this, args) as never;
  };
}

async function move(): Promise<void> {
  const { catalogUrl, sharedUrl, allowedHost, user, password, tenantId, to } = order;
  const [catalog, shared] = [catalogUrl, sharedUrl].map((connectionString) =>
    pgDatabase(new pg.Pool({ connectionString, max: 2 })),
  ) as [ReturnType<typeof pgDatabase>, ReturnType<typeof pgDatabase>];
  const own = databasePerTenant({
    allowedHosts: [allowedHost],
    credentials: () => ({ user, password }),
    createPool: (settings) => new pg.Pool(settings),
  });
  const placements = new PostgresPlacements(catalog);
  const isolation = placedIsolation({
    placements,
    strategies: { shared: rowLevelSecurity({ database: shared }), own },
  });
  const note = (what: string) => async (): Promise<void> =>
    void (await catalog.query('insert into hooks values ($1)', [what]));
  const [prepare, dismantle] = [note('prepare'), note('dismantle')];
  await new TenantMover({ placements, isolation, tables: ['folder', 'note'], settleMs: 0, prepare, dismantle }).move(
    tenantId,
    to,
  );
  await Promise.all([isolation.close(), catalog.close(), shared.close()]);
}

async function waitForTurn(): Promise<void> {
  const client = new pg.Client({ connectionString: order.catalogUrl });
  await client.connect();
  await client.query('select pg_advisory_lock_shared($1)', [order.deadly]);
  await client.end();
}

async function moveAndDie(): Promise<void> {
  await waitForTurn();
  dieAtStatement();
  await move();
}

moveAndDie().catch((error: unknown) => {
  process.exitCode = 1;
  process.stderr.write(String(error));
});
