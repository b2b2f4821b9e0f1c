import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodeCommand } from './http/nodes.mjs';
import { createPeerDatabase, MAX_CONNECTIONS } from './http/peer-database.mjs';
import { installPeers, peerVersions } from './http/peers-installed.mjs';
import { BASE_DOMAIN, tenantIds } from './http/tenants.mjs';
import { LANES, unknownTenant, UNKNOWN_PER_LANE } from './peers/unknown-tenants.mjs';
import { describeMachine } from './support/machine.mjs';

const LIBRARIES = [
  { name: 'Tenantry', file: 'peers/tenantry.mjs' },
  { name: 'durable providers', file: 'peers/durable.mjs' },
  { name: '@lexmata/nestjs-multi-tenant', file: 'http/peers/facts-lexmata.mjs' },
  { name: 'nestjs-multitenant', file: 'http/peers/facts-nestjs-multitenant.mjs' },
];
const TENANTS = 10;
/** How long a client that was evicted may take until it is closed, once its user has gone. */
const LOOKS = 20;
const LOOK_EVERY_MS = 50;
/** `nestjs-multitenant` asks for 22. */
const NODE = '22';
const [FIRST, SECOND] = tenantIds(2);

/** What this library and its peers do in the same six situations. Facts, no times. */
export async function report() {
  installPeers();
  const database = await createPeerDatabase();
  const rows = [];
  try {
    for (const library of LIBRARIES) {
      if (library.name === 'nestjs-multitenant' && database === null) continue;
      process.stderr.write(`measuring: ${library.name}\n`);
      rows.push({ library: library.name, ...(await factsOf(library, database?.config)) });
    }
  } finally {
    await database?.drop();
  }
  const machine = describeMachine(['@nestjs/core', 'express']);
  Object.assign(machine.versions, peerVersions());
  return { json: { machine, rows }, text: toMarkdown(rows) };
}

/** The herd has a process of its own, so that what it leaves behind does not affect other measurements. */
async function factsOf(library, database) {
  return { ...(await inProcess(library, database, situations)), ...(await inProcess(library, database, herd)) };
}

async function inProcess({ file }, database, look) {
  const [program, ...flags] = nodeCommand(NODE);
  const script = fileURLToPath(new URL('peers/server.mjs', import.meta.url));
  const options = JSON.stringify({ tenants: TENANTS, database });
  const args = [...flags, '--expose-gc', script, new URL(file, import.meta.url).href, options];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const ended = exited.then(([code]) => Promise.reject(new Error(`${file} ended with ${code}`)));
  ended.catch(() => undefined);
  const ask = async (question) => {
    const message = Promise.race([once(child, 'message'), ended]);
    if (question !== undefined) child.send(question);
    return (await message)[0];
  };
  const { port } = await ask();
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const facts = await inspect(ask, (id, holdMs) => who(agent, port, id, holdMs));
  agent.destroy();
  child.disconnect();
  await exited;
  return facts;
}

async function herd(ask, request) {
  const answers = await together(100, () => request(FIRST));
  const { created } = await ask('facts');
  return { herd: describe(answers, FIRST), createdByHerd: created };
}

async function situations(ask, request) {
  const unknown = await request('unknown');
  const before = await ask('facts');
  await together(LANES, (lane) => inTurn(UNKNOWN_PER_LANE, (index) => request(unknownTenant(lane, index))));
  const after = await ask('facts');
  const evictedInUse = await evictionInUse(ask, request);
  const beforeUse = await ask('facts');
  const answers = await inTurn(100, () => request(SECOND));
  const afterUse = await ask('facts');
  const closed = await ask('close');
  const grown = (key, from, to) => (to[key] === null ? null : to[key] - from[key]);
  return {
    unknown: `${unknown.status} ${unknown.body.slice(0, 60)}`,
    entriesByUnknown: grown('entries', before, after),
    clientsByUnknown: grown('created', before, after),
    kibibytesByUnknown: Math.round((after.bytes - before.bytes) / 1024),
    evictedInUse,
    use: describe(answers, SECOND),
    liveAfterUse: afterUse.created === null ? null : afterUse.live - beforeUse.live,
    leftOpenAtShutdown: closed.created === null ? null : closed.live,
    failureAtShutdown: closed.failure,
  };
}

/** A request holds the first tenant's client while that is evicted. */
async function evictionInUse(ask, request) {
  const inUse = request(FIRST, 500);
  await delay(100);
  const { closed } = await ask('facts');
  const { evicts } = await ask('evict');
  const { status } = await inUse;
  if (!evicts) return null;
  for (let look = 0; look < LOOKS && (await ask('facts')).closed === closed; look += 1) await delay(LOOK_EVERY_MS);
  if ((await ask('facts')).closed === closed) return 'is not closed afterwards either';
  return status === 200 ? 'stays usable' : `fails with ${status}`;
}

function who(agent, port, id, holdMs = 0) {
  return new Promise((resolve, reject) => {
    const headers = { host: `${id}.${BASE_DOMAIN}`, 'x-tenant-id': id };
    get({ host: '127.0.0.1', port, path: `/who?holdMs=${holdMs}`, agent, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part) => (body += part));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    }).on('error', reject);
  });
}

function together(times, work) {
  return Promise.all(Array.from({ length: times }, (_, index) => work(index)));
}

async function inTurn(times, work) {
  const answers = [];
  for (let index = 0; index < times; index += 1) answers.push(await work(index));
  return answers;
}

function describe(answers, tenant) {
  const own = answers.filter(({ status, body }) => status === 200 && JSON.parse(body).tenant === tenant).length;
  return `${own} of ${answers.length}`;
}

function toMarkdown(rows) {
  const lines = [
    ['answered of 100 requests at once, the first of their tenant', (row) => row.herd],
    ['clients that they made', ({ createdByHerd }) => createdByHerd],
    ['answered of 100 requests of one tenant in turn', ({ use }) => use],
    ['clients that are there for it then', ({ liveAfterUse }) => liveAfterUse],
    ['a client in use that is evicted', ({ evictedInUse }) => evictedInUse],
    ['an unknown tenant gets', ({ unknown }) => `\`${unknown}\``],
    [
      `clients made by requests of ${LANES * UNKNOWN_PER_LANE} unknown tenants`,
      ({ clientsByUnknown }) => clientsByUnknown,
    ],
    ['entries kept of them', ({ entriesByUnknown }) => entriesByUnknown],
    ['heap grown by them, KiB', ({ kibibytesByUnknown }) => kibibytesByUnknown],
    ['clients not closed when the application has closed', ({ leftOpenAtShutdown }) => leftOpenAtShutdown],
    ['what closing the application throws', ({ failureAtShutdown }) => failureAtShutdown],
  ];
  const table = lines.map(([what, read]) => [what, ...rows.map((row) => read(row) ?? '-')]);
  return [['', ...rows.map(({ library }) => library)], ['---', ...rows.map(() => '---')], ...table]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
    .concat(
      `\n\nOn Node ${NODE}. nestjs-multitenant has a PostgreSQL that allows it ${MAX_CONNECTIONS} connections.\n`,
    );
}
