import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { timed } from './herd/requests.mjs';
import { onServerCore, takeLoadCore } from './http/cores.mjs';
import { tenantIds } from './http/tenants.mjs';
import { summary } from './support/rounds.mjs';

const HERD = 1_000;
const HOT = 50;
const ROUNDS = 5;
/** Long enough for the whole herd to be waiting. */
const CREATION_MS = 2_000;
const QUIET_MS = 1_000;

/** Packages whose versions belong to the figures. */
export const packages = ['@nestjs/core', 'fastify'];

/** A thousand first requests of a tenant at once, while fifty other tenants are served, over HTTP. */
export async function measure() {
  const command = onServerCore(takeLoadCore().separated, [process.execPath]);
  const server = run(command, 'server.mjs', [HOT + ROUNDS, CREATION_MS]);
  const [{ port }] = await once(server, 'message');
  const hot = run([process.execPath], 'hot.mjs', [port, HOT]);
  await once(hot, 'message');
  const agent = new Agent({ keepAlive: true, maxSockets: HERD });
  const rounds = [];
  try {
    for (const coldTenant of tenantIds(HOT + ROUNDS).slice(HOT)) {
      process.stderr.write(`measuring: herd, ${coldTenant}\n`);
      rounds.push(await round({ agent, port, coldTenant, server, hot }));
    }
  } finally {
    agent.destroy();
    hot.disconnect();
    server.disconnect();
  }
  return rowsOf(rounds);
}

async function round({ agent, port, coldTenant, server, hot }) {
  const [hotTenant] = tenantIds(1);
  // Opens the connections, so that the herd meets open ones.
  await allAtOnce(agent, port, hotTenant);
  await answer(hot);
  await delay(QUIET_MS);
  const quiet = await answer(hot);
  const warmHerd = await allAtOnce(agent, port, hotTenant);
  await answer(hot);
  const herd = await allAtOnce(agent, port, coldTenant);
  const during = await answer(hot);
  const { creations, readyAt, usedAt } = (await answer(server))[coldTenant];
  return {
    creations,
    lateMs: usedAt - readyAt,
    answeredMs: Math.max(...herd) - CREATION_MS,
    warmMs: Math.max(...warmHerd),
    quietMs: percentile99(quiet),
    duringMs: percentile99(during),
  };
}

function allAtOnce(agent, port, id) {
  return Promise.all(Array.from({ length: HERD }, () => timed(agent, port, id)));
}

function run(command, file, args) {
  const script = fileURLToPath(new URL(`herd/${file}`, import.meta.url));
  const [program, ...rest] = [...command, script, ...args.map(String)];
  return spawn(program, rest, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

async function answer(child) {
  const message = once(child, 'message');
  child.send('report');
  return (await message)[0];
}

function percentile99(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1];
}

function rowsOf(rounds) {
  const over = (key) => summary(rounds.map((each) => each[key]));
  return [
    {
      what: `${HERD} first requests of a tenant at once: clients made`,
      unit: 'clients',
      ours: over('creations'),
      peers: [],
      goal: '1',
      limit: 1,
    },
    {
      what: 'the slowest of them: from when the client is ready until its handler runs',
      unit: 'ms',
      ours: over('lateMs'),
      peers: [],
      goal: '<= 50',
      limit: 50,
    },
    {
      what: `the slowest of them: until it is answered, at the load's side, beyond the ${CREATION_MS} ms of the creation, during which they are taken in`,
      unit: 'ms',
      ours: over('answeredMs'),
      peers: [
        {
          name: `${HERD} at once of a tenant that has its client, with what it takes to take them in`,
          ...over('warmMs'),
        },
      ],
    },
    {
      what: `${HOT} other tenants meanwhile: p99 of their requests`,
      unit: 'ms',
      ours: over('duringMs'),
      peers: [{ name: 'without the herd', ...over('quietMs') }],
    },
  ];
}
