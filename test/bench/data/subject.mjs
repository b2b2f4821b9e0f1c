import { randomBytes } from 'node:crypto';
import process from 'node:process';
import {
  boundPool,
  boundRoleName,
  boundRoleSql,
  boundTableSql,
  databasePerTenant,
  dropBoundRoleSql,
  pgDatabase,
  rowLevelSecurity,
  schemaPerTenant,
  tenantSchemaName,
  tenantSchemaSql,
  tenantTableSql,
} from '@tenantry/postgres';
import pg from 'pg';

const SERVER = new URL(process.env.DATABASE_URL || 'postgres://postgres@127.0.0.1:5432/postgres');
const TENANTS = ['alpha', 'beta', 'gamma', 'delta'];
const ROWS = 2_500;
const CONNECTIONS = 8;
const PASSWORD = randomBytes(12).toString('hex');

const COLUMNS = 'id int not null, body text not null';
const FILL = `select n, 'project ' || n from generate_series(1, ${ROWS}) n`;

/** Every strategy over the same rows of four tenants, and the plain query beside them. The caller closes it. */
export async function openDataSubject() {
  const names = namesOf(randomBytes(4).toString('hex'));
  await asAdmin('postgres', `create database ${names.database} template template0`);
  await asAdmin(
    'postgres',
    `create role ${names.tables} nologin; create role ${names.app} login password '${PASSWORD}' in role ${names.tables}`,
  );
  for (const tenantId of TENANTS) {
    await asAdmin('postgres', `create database ${names.own(tenantId)} template template0;`);
    await asAdmin(
      'postgres',
      boundRoleSql({ tenantId, prefix: names.prefix, memberOf: names.tables, password: PASSWORD }),
    );
  }
  await fill(names);
  const opened = open(names);
  const backendsOf = (name) => backends(names, name);
  const connectionRows = () => countConnections(names, opened);
  const close = async () => {
    await Promise.all(opened.map(({ close: end }) => end()));
    await remove(names);
  };
  return { contenders: opened, backendsOf, connectionRows, close };
}

function namesOf(suffix) {
  const prefix = `b${suffix}:`;
  const database = `tenantry_bench_${suffix}`;
  return {
    database,
    prefix,
    app: `tenantry_bench_app_${suffix}`,
    tables: `tenantry_bench_tables_${suffix}`,
    own: (tenantId) => `${database}_${tenantId}`,
    role: (tenantId) => boundRoleName({ tenantId, prefix }),
  };
}

async function fill({ database, tables, prefix, own, role }) {
  const shared = `create table plain (tenant_id text not null, ${COLUMNS}, primary key (tenant_id, id));
    create table project (like plain including all); ${tenantTableSql('project')}
    create table bound (like plain including all); ${tenantTableSql('bound')} ${boundTableSql('bound', prefix)}
    ${TENANTS.map((id) => ['plain', 'project', 'bound'].map((table) => `insert into ${table} select '${id}', * from (${FILL}) as rows;`).join('')).join('')}
    grant select, insert, update, delete on plain, project, bound to ${tables};`;
  const schemas = TENANTS.map((tenantId) => {
    const schema = tenantSchemaName(tenantId);
    return `${tenantSchemaSql({ tenantId, role: role(tenantId) })}
      create table ${schema}.project (${COLUMNS}, primary key (id)); insert into ${schema}.project ${FILL};`;
  });
  await asAdmin(database, `${shared} ${schemas.join('')}`);
  await asAdmin(database, 'vacuum analyze');
  for (const tenantId of TENANTS) {
    await asAdmin(
      own(tenantId),
      `create table project (${COLUMNS}, primary key (id)); insert into project ${FILL};
      grant all on project to public;`,
    );
    await asAdmin(own(tenantId), 'vacuum analyze');
  }
}

function open({ database, app, prefix, own, role }) {
  const sharedPool = (name) =>
    new pg.Pool({
      connectionString: urlOf(database, app),
      max: CONNECTIONS,
      application_name: name,
      idleTimeoutMillis: 0,
    });
  const server = { host: SERVER.hostname, port: Number(SERVER.port || 5432), database };
  const settingsOf = (name) => ({
    createPool: (each) => new pg.Pool(each),
    pool: { max: CONNECTIONS / TENANTS.length, application_name: name, idleTimeoutMillis: 0 },
  });
  const credentials = (tenantId) => ({ user: role(tenantId), password: PASSWORD });
  const shared = pgDatabase(sharedPool('rowLevelSecurity'));
  const ofStrategy = (name, strategy, table = 'project') => ({
    name,
    query: (n) => strategy.forTenant(tenantOf(n)).query(`select body from ${table} where id = $1`, [idOf(n)]),
    transaction: (n) =>
      strategy
        .forTenant(tenantOf(n))
        .transaction((tx) => tx.query(`select body from ${table} where id = $1`, [idOf(n)])),
    close: () => strategy.close(),
  });
  const rls = ofStrategy('rowLevelSecurity', rowLevelSecurity({ database: shared }));
  return [
    plainOf(sharedPool('plain')),
    byHand(sharedPool('by hand')),
    { ...rls, close: () => shared.close() },
    ofStrategy(
      'boundPool',
      boundPool({ server, password: () => PASSWORD, rolePrefix: prefix, ...settingsOf('boundPool') }),
      'bound',
    ),
    ofStrategy('schemaPerTenant', schemaPerTenant({ server, credentials, ...settingsOf('schemaPerTenant') })),
    ofStrategy(
      'databasePerTenant',
      databasePerTenant({
        allowedHosts: [server.host],
        placeOf: (tenantId) => ({ ...server, database: own(tenantId) }),
        credentials,
        ...settingsOf('databasePerTenant'),
      }),
    ),
  ];
}

/** No isolation: the tenant is a condition that every query must repeat. */
function plainOf(pool) {
  const text = 'select body from plain where tenant_id = $1 and id = $2';
  const statement = (n) => ({ text, values: [tenantOf(n), idOf(n)] });
  return {
    name: 'plain',
    query: (n) => pool.query(statement(n)),
    transaction: (n) => inTransaction(pool, (client) => client.query(statement(n))),
    close: () => pool.end(),
  };
}

/** What one would write by hand: begin, set_config, the query, commit. It clears nothing. */
function byHand(pool) {
  const call = (n) =>
    inTransaction(pool, async (client) => {
      await client.query({ text: `select set_config('tenantry.tenant_id', $1, true)`, values: [tenantOf(n)] });
      await client.query({ text: 'select body from project where id = $1', values: [idOf(n)] });
    });
  return { name: 'by hand', query: call, transaction: call, close: () => pool.end() };
}

async function inTransaction(pool, work) {
  const client = await pool.connect();
  await client.query('begin');
  await work(client);
  await client.query('commit');
  client.release();
}

/** Processes of the server that work for a contender. */
async function backends({ database }, name) {
  const rows = await asAdmin(
    'postgres',
    `select pid from pg_stat_activity where starts_with(datname, '${database}') and application_name = '${name}'`,
  );
  return rows.map(({ pid }) => pid);
}

async function countConnections({ database }, contenders) {
  for (const { query } of contenders) await Promise.all(Array.from({ length: 200 }, (_, n) => query(n)));
  const counted = await asAdmin(
    'postgres',
    `select application_name as name, count(*)::int as n from pg_stat_activity where starts_with(datname, '${database}') group by 1`,
  );
  return contenders.map(({ name }) => {
    const n = counted.find((row) => row.name === name)?.n ?? 0;
    const what = `server connections for four tenants, 200 calls at once: ${name}`;
    return { what, unit: '', ours: { median: n, low: n, high: n }, peers: [] };
  });
}

async function remove({ database, app, tables, prefix, own }) {
  for (const tenantId of TENANTS) await asAdmin('postgres', `drop database ${own(tenantId)} with (force)`);
  await asAdmin('postgres', `drop database ${database} with (force)`);
  for (const tenantId of TENANTS) await asAdmin('postgres', dropBoundRoleSql({ tenantId, prefix }));
  await asAdmin('postgres', `drop role ${app}, ${tables}`);
}

function tenantOf(n) {
  return TENANTS[n % TENANTS.length];
}

function idOf(n) {
  return 1 + ((n * 7) % ROWS);
}

function urlOf(database, user) {
  const url = new URL(SERVER);
  url.pathname = `/${database}`;
  if (user !== undefined) [url.username, url.password] = [user, PASSWORD];
  return url.href;
}

async function asAdmin(database, sql) {
  const client = new pg.Client({ connectionString: urlOf(database) });
  await client.connect();
  try {
    return [await client.query(sql)].flat().at(-1).rows;
  } finally {
    await client.end();
  }
}
