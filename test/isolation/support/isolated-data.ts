import pg from 'pg';
import {
  boundPool,
  boundTableSql,
  databasePerTenant,
  pgDatabase,
  rowLevelSecurity,
  schemaPerTenant,
  tenantSchemaName,
  tenantSchemaSql,
  tenantTableSql,
} from '@tenantry/postgres';
import type { IsolationStrategy, PooledStrategy, SqlDatabase, TenantPoolSettings } from '@tenantry/postgres';
import { TENANTS, TenantsServer } from './tenants-server.js';

/** One strategy over a table `project (id, body)` of two tenants. `body` begins with the id of the tenant whose row it is. */
export interface IsolatedData {
  readonly strategy: IsolationStrategy;
  readonly server: TenantsServer;
  /** The role that the tenant's statements run as. */
  roleOf(tenantId: string): string;
  /** A superuser where the tenant's data lie, and its table there. */
  ownerOf(tenantId: string): { readonly database: SqlDatabase; readonly table: string };
  /** Every row of the tenant's table, shared or not, as its body. */
  bodiesOf(tenantId: string): Promise<string[]>;
  /** Every tenant has the rows 1 and 2 again, and no others. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** The same over a strategy with a pool for each tenant. */
export interface PooledData extends IsolatedData {
  readonly strategy: PooledStrategy;
}

/** How the pools of tenants are made. Default: of one connection. */
export interface SetUpOptions extends TenantPoolSettings {
  /** Starts something before the server, and returns its `host:port`. */
  readonly through?: (server: TenantsServer) => Promise<string>;
}

type OwnerOf = IsolatedData['ownerOf'];

const COLUMNS = `id int not null, body text not null, primary key (id, body)`;
const SHARED = `create table project (
  tenant_id text not null default nullif(current_setting('tenantry.tenant_id', true), ''), ${COLUMNS});`;

const createPool = (settings: pg.PoolConfig): pg.Pool => new pg.Pool(settings);

/** Shared table, one pool for all. */
export async function onRowLevelSecurity({ through, ...pool }: SetUpOptions = {}): Promise<IsolatedData> {
  const server = await TenantsServer.open();
  await makeSharedTable(server);
  const database = pgDatabase(
    new pg.Pool({ connectionString: server.appUrl(await through?.(server)), max: 1, ...pool }),
  );
  const data = isolated(server, rowLevelSecurity({ database }), () => ({ database: server.admin, table: 'project' }));
  return { ...data, roleOf: () => server.test.appRole, close: () => database.close().then(() => data.close()) };
}

/** Shared table, a login role and a pool for each tenant. */
export async function onBoundPool({ through, ...pool }: SetUpOptions = {}): Promise<PooledData> {
  const server = await TenantsServer.open();
  await makeSharedTable(server);
  await server.admin.query(boundTableSql('project', server.rolePrefix));
  const strategy = boundPool({
    server: server.server(await through?.(server)),
    password: (tenantId) => server.passwordOf(tenantId),
    rolePrefix: server.rolePrefix,
    createPool,
    pool: { max: 1, ...pool },
  });
  return isolated(server, strategy, () => ({ database: server.admin, table: 'project' }));
}

/** A schema, a login role and a pool for each tenant. */
export async function onSchemas({ through, ...pool }: SetUpOptions = {}): Promise<PooledData> {
  const server = await TenantsServer.open();
  const tableOf = (tenantId: string): string => `${tenantSchemaName(tenantId)}.project`;
  for (const tenantId of TENANTS) {
    await server.admin.query(tenantSchemaSql({ tenantId, role: server.roleOf(tenantId) }));
    await server.admin.query(`create table ${tableOf(tenantId)} (${COLUMNS})`);
  }
  const strategy = schemaPerTenant({
    server: server.server(await through?.(server)),
    credentials: (tenantId) => ({ user: server.roleOf(tenantId), password: server.passwordOf(tenantId) }),
    createPool,
    pool: { max: 1, ...pool },
  });
  return isolated(server, strategy, (tenantId) => ({ database: server.admin, table: tableOf(tenantId) }));
}

/** A database, a login role and a pool for each tenant. */
export async function onDatabases({ through, ...pool }: SetUpOptions = {}): Promise<PooledData> {
  const server = await TenantsServer.open();
  const owners = new Map<string, SqlDatabase>();
  for (const tenantId of TENANTS) {
    const owner = await server.makeDatabase(tenantId);
    await owner.query(`create table project (${COLUMNS}); grant select, insert, update, delete on project to public;`);
    owners.set(tenantId, owner);
  }
  const { host, port } = server.server(await through?.(server));
  const strategy = databasePerTenant({
    allowedHosts: [host],
    credentials: (tenantId) => ({ user: server.roleOf(tenantId), password: server.passwordOf(tenantId) }),
    placeOf: (tenantId) => ({ host, port, database: server.databaseOf(tenantId) }),
    createPool,
    pool: { max: 1, ...pool },
  });
  return isolated(server, strategy, (tenantId) => ({
    database: owners.get(tenantId) as SqlDatabase,
    table: 'project',
  }));
}

/** Every strategy by its name. */
export const SET_UPS = [
  ['rowLevelSecurity', onRowLevelSecurity],
  ['boundPool', onBoundPool],
  ['schemaPerTenant', onSchemas],
  ['databasePerTenant', onDatabases],
] as const;

async function makeSharedTable({ admin, tablesRole }: TenantsServer): Promise<void> {
  await admin.query(`${SHARED} ${tenantTableSql('project')}
    grant select, insert, update, delete on project to ${tablesRole};`);
}

function isolated<S extends IsolationStrategy>(
  server: TenantsServer,
  strategy: S,
  ownerOf: OwnerOf,
): IsolatedData & { readonly strategy: S } {
  return {
    strategy,
    server,
    ownerOf,
    roleOf: (tenantId) => server.roleOf(tenantId),
    bodiesOf: async (tenantId) => {
      const { database, table } = ownerOf(tenantId);
      const { rows } = await database.query<{ body: string }>(`select body from ${table} order by body`, []);
      return rows.map(({ body }) => body);
    },
    reset: () => reset(ownerOf),
    close: async () => {
      await strategy.close();
      await server.close();
    },
  };
}

async function reset(ownerOf: OwnerOf): Promise<void> {
  for (const tenantId of TENANTS) await ownerOf(tenantId).database.query(`truncate ${ownerOf(tenantId).table}`);
  for (const tenantId of TENANTS) {
    const { database, table } = ownerOf(tenantId);
    await database.transaction(async (tx) => {
      await tx.query(`select set_config('tenantry.tenant_id', $1, true)`, [tenantId]);
      await tx.query(`insert into ${table} (id, body) values (1, $1), (2, $2)`, [`${tenantId} 1`, `${tenantId} 2`]);
    });
  }
}
