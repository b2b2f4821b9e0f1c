import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { migrateCatalog, pgDatabase, PostgresTenantCatalog } from '@tenantry/postgres';
import pg from 'pg';
import { explained } from './explained.mjs';
import { loadSql } from './load-sql.mjs';

const SERVER = process.env.DATABASE_URL || 'postgres://postgres@127.0.0.1:5432/postgres';
const CONNECTIONS = 4;

/** A catalog of so many tenants in a database of its own, with one call that explains what the catalog asks. */
export async function openSubject(size) {
  const name = `tenantry_bench_${randomBytes(6).toString('hex')}`;
  await asAdmin(`create database ${name} template template0 encoding 'UTF8'`);
  const database = pgDatabase(new pg.Pool({ connectionString: urlOf(name), max: CONNECTIONS }));
  const drop = async () => {
    await database.close();
    await asAdmin(`drop database ${name} with (force)`);
  };
  try {
    const loadMs = await load(database, size);
    const catalog = new PostgresTenantCatalog(database);
    const explain = (ask) => explained(database, (wrapped) => ask(new PostgresTenantCatalog(wrapped)));
    return { size, loadMs, database, catalog, explain, names: await someNames(database), drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

/** Indexes are made over the rows at once: several times faster than row by row. */
async function load(database, size) {
  await migrateCatalog(database);
  const start = performance.now();
  await database.transaction(async (tx) => {
    const { rows } = await tx.query(
      `select indexname, indexdef from pg_indexes where schemaname = 'tenantry' and tablename in ('tenants', 'tenant_names') and indexname not like '%_pkey'`,
    );
    for (const { indexname } of rows) await tx.query(`drop index tenantry.${indexname}`);
    await tx.query(loadSql(size));
    for (const { indexdef } of rows) await tx.query(indexdef);
  });
  for (const table of ['tenants', 'tenant_names']) await database.query(`vacuum analyze tenantry.${table}`, []);
  return performance.now() - start;
}

/** Up to 10,000 tenants from all over the catalog, in random order. */
async function someNames(database) {
  const { rows } = await database.query(
    `select id, domain, aliases[1] as alias from tenantry.tenants order by md5(key) limit 10000`,
  );
  return rows;
}

async function asAdmin(statement) {
  const client = new pg.Client({ connectionString: SERVER });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function urlOf(name) {
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  return url.href;
}
