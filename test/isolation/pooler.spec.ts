import pg from 'pg';
import { hasPooler, startPooler } from '../drills/support/pooler.js';
import type { Pooler } from '../drills/support/pooler.js';
import { until } from '../support/until.js';
import { onBoundPool, onDatabases, onRowLevelSecurity, onSchemas } from './support/isolated-data.js';
import type { IsolatedData, SetUpOptions } from './support/isolated-data.js';
import { A, B, TENANTS } from './support/tenants-server.js';
import type { TenantsServer } from './support/tenants-server.js';

const CALLS = 600;
const AT_ONCE = 20;

type Open = (options: SetUpOptions) => Promise<IsolatedData>;

describe('pgbouncer in transaction mode', () => {
  if (hasPooler()) describePooler();
  else it('is left out, for there is none here', () => expect(process.env['PGBOUNCER']).toBeUndefined());
});

function describePooler(): void {
  let pooler: Pooler | null = null;
  let data: IsolatedData | undefined;

  beforeEach(() => ([pooler, data] = [null, undefined]));
  afterEach(async () => {
    await data?.close();
    pooler?.stop();
  });

  /** Opens a strategy whose tenants come through a pooler with fewer connections than they have themselves. */
  const throughPooler = async (open: Open, ignored: readonly string[] = []): Promise<IsolatedData> => {
    const start = async (server: TenantsServer): Promise<string> => {
      pooler = await startPooler(server.test.adminUrl, { users: server.logins, ignored });
      const { host } = new URL(pooler?.url ?? '');
      await until(() => answers(server.appUrl(host)));
      return host;
    };
    const opened = await open({ max: 10, connectionTimeoutMillis: 10_000, through: start });
    await opened.reset();
    return opened;
  };

  /** Bodies of other tenants that calls of two tenants, many at once, have seen. */
  const foreignRows = async ({ strategy }: IsolatedData, leaving: readonly string[] = []): Promise<string[]> => {
    const foreign: string[] = [];
    let next = 0;
    const call = async (n: number): Promise<void> => {
      const tenantId = TENANTS[n % 2] as string;
      const sql = strategy.forTenant(tenantId);
      const read = (session: Pick<typeof sql, 'query'>) => session.query<{ body: string }>('select body from project');
      const { rows } = await (n % 3 === 0 ? sql.transaction(read) : read(sql));
      if (n % 5 === 0) for (const statement of leaving) await sql.query(statement);
      foreign.push(...rows.map(({ body }) => body).filter((body) => !body.startsWith(tenantId)));
      if (rows.length !== 2) foreign.push(`${rows.length} rows`);
    };
    const worker = async (): Promise<void> => {
      while (next < CALLS) await call((next += 1) - 1);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return foreign;
  };

  it('works under rowLevelSecurity: no row of another tenant, whatever statements leave behind', async () => {
    data = await throughPooler(onRowLevelSecurity);
    const leaving = [
      `select set_config('search_path', 'pg_catalog', false)`,
      'set default_transaction_read_only = on',
      'create temp table project (body text)',
    ];
    expect(await foreignRows(data, leaving)).toEqual([]);
  });

  it.each([
    ['databasePerTenant', onDatabases, []],
    ['boundPool, where start-up options are ignored and the role alone binds', onBoundPool, ['options']],
  ] as const)('works under %s', async (_name, open, ignored) => {
    data = await throughPooler(open, ignored);
    expect(await foreignRows(data)).toEqual([]);
    await data.strategy.forTenant(A).query(`select set_config('tenantry.tenant_id', '${B}', false)`);
    expect((await data.strategy.forTenant(B).query('select * from project')).rowCount).toBe(2);
  });

  it.each([
    ['boundPool', onBoundPool],
    ['schemaPerTenant', onSchemas],
  ] as const)('is refused under %s where it refuses start-up options', async (_name, open) => {
    data = await throughPooler(open);
    const failed = data.strategy.forTenant(A).query('select * from project');
    await expect(failed).rejects.toMatchObject({
      code: 'MT_DATABASE_UNAVAILABLE',
      cause: { message: expect.stringContaining('startup parameter') as string },
    });
  });

  it('is refused under schemaPerTenant where it ignores start-up options, by the check of the connection', async () => {
    data = await throughPooler(onSchemas, ['options']);
    const failed = data.strategy.forTenant(A).query('select * from project');
    await expect(failed).rejects.toMatchObject({
      code: 'MT_ISOLATION_UNSAFE',
      message: expect.stringContaining('pooler') as string,
    });
  });

  it('hands a tenant that was set for the session to another client: the unsafe way leaks', async () => {
    data = await throughPooler(onRowLevelSecurity);
    const url = data.server.appUrl(new URL(pooler?.url ?? '').host);
    const clients = Array.from({ length: 2 }, () => new pg.Client({ connectionString: url }));
    const [careless, stranger] = clients as [pg.Client, pg.Client];
    for (const client of clients) await client.connect();
    await careless.query(`set tenantry.tenant_id = '${B}'`);
    expect((await stranger.query('select body from project order by id')).rows).toEqual([
      { body: `${B} 1` },
      { body: `${B} 2` },
    ]);
    for (const client of clients) await client.end();
    expect(await foreignRows(data)).toEqual([]);
  });
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
}
