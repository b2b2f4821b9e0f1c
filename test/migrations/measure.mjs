/*
 * Migrates schemas of tenants on a PostgreSQL, three steps each, and prints time and memory:
 *
 *   DATABASE_URL=postgres://… node --expose-gc test/migrations/measure.mjs [tenants] [concurrency]
 *
 * The URL is a superuser's: the database for it is made and dropped.
 */
import process from 'node:process';
import { setInterval } from 'node:timers';
import pg from 'pg';
import { pgDatabase, TenantMigrations } from '@tenantry/postgres';

const [count = 1000, concurrency = 4] = process.argv.slice(2).map(Number);
const url = new URL(process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres');
const name = `tenantry_measure_${process.pid}`;
const admin = pgDatabase(new pg.Pool({ connectionString: url.href, max: 1 }));
await admin.query(`create database ${name}`);
url.pathname = `/${name}`;
const database = pgDatabase(new pg.Pool({ connectionString: url.href, max: concurrency }));
try {
  await measure();
} finally {
  await database.close();
  await admin.query(`drop database ${name}`);
  await admin.close();
}

async function measure() {
  const ids = Array.from({ length: count }, (_, index) => `t${index}`);
  for (const id of ids) await database.query(`create schema tenant_${id}`);
  const migrations = [
    { name: '0001-notes', up: 'create table note (id int primary key, text text)' },
    { name: '0002-author', up: 'alter table note add column author text' },
    { name: '0003-index', up: 'create index note_author on note (author)' },
  ];
  const targets = ids.map((tenantId) => ({ tenantId, schema: `tenant_${tenantId}`, database }));
  await timed(`${count} schemas x 3 migrations, ${concurrency} at once`, targets, migrations);
  await timed('the same again, nothing left to do', targets, migrations);
}

async function timed(what, targets, migrations) {
  globalThis.gc?.();
  const before = process.memoryUsage();
  let [heap, rss] = [before.heapUsed, before.rss];
  const timer = setInterval(() => {
    const now = process.memoryUsage();
    [heap, rss] = [Math.max(heap, now.heapUsed), Math.max(rss, now.rss)];
  }, 20);
  const start = performance.now();
  await new TenantMigrations({ targets, migrations, concurrency }).run();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  clearInterval(timer);
  const mib = (bytes) => (bytes / 2 ** 20).toFixed(0);
  process.stdout.write(
    `${what}: ${seconds} s; heap ${mib(before.heapUsed)} MiB before, ${mib(heap)} at most; RSS ${mib(before.rss)} and ${mib(rss)} MiB\n`,
  );
}
