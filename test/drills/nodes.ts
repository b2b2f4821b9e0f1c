import { compileNode, openSharedCatalog, spawnNode } from '../nodes/support/nodes.js';
import type { NodeProcess, SharedCatalog } from '../nodes/support/nodes.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { CrashablePostgres } from './support/crashable-postgres.js';
import { measureLag, percentile } from './support/lag.js';
import { Load } from './support/load.js';
import { startPooler } from './support/pooler.js';

/*
 * Drills of several nodes that take too long, or harm too much, for the tests. Brings its own PostgreSQL.
 *
 *   npm run drill -- nodes [name of one of them]
 *
 * Prints a table of figures. Ends with code 1 when an answer was another tenant's, a node died, or one did not recover.
 */
type Row = readonly [what: string, found: string, good: boolean];

const TENANTS = Array.from({ length: 20 }, (_, n) => `t${n}`);
const rows: Row[] = [];
const server = await CrashablePostgres.create();
const shared = await openSharedCatalog(server.url, ...TENANTS);
const compiled = compileNode();
try {
  const drills = { propagation, killedDatabase, endedConnections, silentListener, storm, pooler };
  for (const [name, drill] of Object.entries(drills).filter(isWanted)) {
    process.stderr.write(`drill: ${name}\n`);
    rows.push(...(await drill(shared).catch((error: unknown): Row[] => [[name, String(error), false]])));
  }
} finally {
  await shared.close();
  await server.remove();
  compiled.remove();
}
process.stdout.write(['| drill | found | passed |', '| --- | --- | --- |', ...rows.map(asLine), ''].join('\n'));
process.exitCode = rows.every(([, , good]) => good) ? 0 : 1;

function isWanted([name]: readonly [string, unknown]): boolean {
  const [wanted = name] = process.argv.slice(2);
  return name === wanted;
}

async function propagation(catalog: SharedCatalog): Promise<Row[]> {
  const measured = await measureLag(compiled.folder, catalog, { rounds: 1, changes: 1_000 });
  const { toBothNodes = [], call = [] } = measured[0] ?? {};
  const shown = (values: readonly number[]): string =>
    `p50 ${percentile(values, 0.5).toFixed(1)} ms, p99 ${percentile(values, 0.99).toFixed(1)} ms`;
  return [
    [
      '1,000 changes: from the call until it holds on two other nodes',
      shown(toBothNodes),
      toBothNodes.length === 1_000,
    ],
    ['of it, the call by itself', shown(call), true],
  ];
}

async function killedDatabase({ catalog }: SharedCatalog): Promise<Row[]> {
  return withNodes(2, async (nodes) => {
    const load = new Load(nodes, TENANTS, 40);
    await pause(5_000);
    await server.kill();
    await pause(3_000);
    await server.start();
    const back = performance.now();
    await until(() => load.lastGoodAt.every((at) => at > back));
    const recovered = Math.max(...load.lastGoodAt) - back;
    await pause(3_000);
    await load.stop();
    await catalog.suspend('t0');
    await everywhere(nodes, 't0', 403);
    await catalog.activate('t0');
    const alive = nodes.every((node) => node.alive);
    return [
      ['kill -9 of the database under load: answers', statusesOf(load), !load.statuses.has('error')],
      ['answers of another tenant', `${load.wrongTenant}`, load.wrongTenant === 0],
      ['both processes alive, and following again', alive ? 'yes' : 'no', alive],
      ['good answers on both nodes after it is back', `${recovered.toFixed(0)} ms at most`, recovered <= 2_000],
    ];
  });
}

async function endedConnections({ database }: SharedCatalog): Promise<Row[]> {
  return withNodes(2, async (nodes) => {
    const load = new Load(nodes, TENANTS, 10);
    await until(() => load.lastGoodAt.every((at) => at > 0));
    await pause(2_000);
    await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      [],
    );
    const ended = performance.now();
    await until(() => load.lastGoodAt.every((at) => at > ended));
    const recovered = Math.max(...load.lastGoodAt) - ended;
    await until(async () => (await statesOf(nodes)).every(({ feed }) => feed.listening));
    const listening = performance.now() - ended;
    await load.stop();
    const good = load.wrongTenant === 0 && nodes.every((node) => node.alive);
    return [
      ['every connection ended at the server: good answers on both nodes again', `${recovered.toFixed(0)} ms`, good],
      ['both listen again', `${listening.toFixed(0)} ms`, true],
    ];
  });
}

async function silentListener(catalog: SharedCatalog): Promise<Row[]> {
  const proxy = await TcpProxy.to(server.url);
  const node = await spawnNode(compiled.folder, { databaseUrl: server.url, listenUrl: proxy.urlOf(server.url) });
  try {
    await until(async () => (await node.state()).feed.listening);
    proxy.swallow();
    const worst = await worstBlockingTime(node, catalog);
    return [
      [
        'listening connection silent, defaults: a suspended tenant is blocked',
        `${worst.toFixed(0)} ms at most`,
        worst <= 10_000,
      ],
    ];
  } finally {
    await node.stop('SIGKILL');
    await proxy.close();
  }
}

async function storm({ database }: SharedCatalog): Promise<Row[]> {
  return withNodes(2, async (nodes) => {
    await Promise.all(TENANTS.map((id) => everywhere(nodes, id, 200)));
    const before = await statesOf(nodes);
    const from = performance.now();
    for (let n = 0; n < 500; n += 1) await database.query(`update tenantry.tenants set generation = generation + 1`);
    const written = performance.now() - from;
    const last = (before[0]?.feed.position ?? 0) + 500 * TENANTS.length;
    await until(async () =>
      (await statesOf(nodes)).every(({ feed, pending }) => feed.position === last && pending === 0),
    );
    const behind = performance.now() - from - written;
    const after = await statesOf(nodes);
    const grown = Math.max(...after.map(({ heapUsed }, at) => heapUsed - (before[at]?.heapUsed ?? 0))) / 2 ** 20;
    const current = after.every(({ clients }) => clients.size === TENANTS.length && clients.failures === 0);
    return [
      [
        '10,000 changes of 20 tenants with live clients',
        `written in ${written.toFixed(0)} ms, followed ${behind.toFixed(0)} ms later`,
        current,
      ],
      ['heap growth over them', `${grown.toFixed(2)} MiB`, grown < 5],
    ];
  });
}

async function pooler(catalog: SharedCatalog): Promise<Row[]> {
  const running = await startPooler(server.url);
  if (running === null) return [['through pgbouncer in transaction mode', 'left out: no pgbouncer here', true]];
  const node = await spawnNode(compiled.folder, { databaseUrl: running.url });
  try {
    const worst = await worstBlockingTime(node, catalog);
    return [
      [
        'through pgbouncer in transaction mode, polling alone: blocked',
        `${worst.toFixed(0)} ms at most`,
        worst <= 10_000,
      ],
    ];
  } finally {
    await node.stop('SIGKILL');
    running.stop();
  }
}

/** Suspends a few tenants in turn. @returns the longest time until a node blocked one, milliseconds */
async function worstBlockingTime(node: NodeProcess, { catalog }: SharedCatalog): Promise<number> {
  let worst = 0;
  for (const id of TENANTS.slice(0, 4)) {
    await everywhere([node], id, 200);
    await catalog.suspend(id);
    const from = performance.now();
    await everywhere([node], id, 403);
    worst = Math.max(worst, performance.now() - from);
    await catalog.activate(id);
    await everywhere([node], id, 200);
  }
  return worst;
}

async function withNodes(count: number, drill: (nodes: NodeProcess[]) => Promise<Row[]>): Promise<Row[]> {
  const settings = { databaseUrl: server.url, listenUrl: server.url };
  const nodes = await Promise.all(Array.from({ length: count }, () => spawnNode(compiled.folder, settings)));
  try {
    await until(async () => (await statesOf(nodes)).every(({ feed }) => feed.listening));
    return await drill(nodes);
  } finally {
    await Promise.all(nodes.map((node) => node.stop('SIGKILL')));
  }
}

async function everywhere(nodes: readonly NodeProcess[], id: string, status: number): Promise<void> {
  const isThere = async (node: NodeProcess): Promise<boolean> =>
    (await node.get('/whoami', `${id}.example.com`)).status === status;
  await until(async () => (await Promise.all(nodes.map(isThere))).every(Boolean));
}

async function statesOf(nodes: readonly NodeProcess[]): Promise<Awaited<ReturnType<NodeProcess['state']>>[]> {
  return Promise.all(nodes.map((node) => node.state()));
}

function statusesOf({ statuses }: Load): string {
  return [...statuses].map(([status, count]) => `${count} x ${status}`).join(', ');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function asLine([what, found, good]: Row): string {
  return `| ${what} | ${found} | ${good ? 'yes' : 'no'} |`;
}
