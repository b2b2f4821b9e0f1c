/*
 * Shows what a request of one set-up spends its CPU time on:
 *
 *   node test/bench/http/profile.mjs tenantry --adapter fastify --node 24 --tenants 10 --depth 20
 *
 * Two tables in microseconds per request, sampled: by package or folder, and the forty most expensive functions.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { onServerCore, takeLoadCore } from './cores.mjs';
import { send, sendAndCheck } from './load.mjs';
import { nodeCommand } from './nodes.mjs';
import { Served } from './served.mjs';
import { setupOf } from './setups.mjs';

const WARM_UP = 20_000;
const REQUESTS = 40_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    adapter: { type: 'string', default: 'fastify' },
    node: { type: 'string', default: process.versions.node.split('.')[0] },
    tenants: { type: 'string', default: '10' },
    depth: { type: 'string', default: '20' },
  },
});
const tenants = Number(values.tenants);
print(await profileOf(setupOf(positionals[0] ?? 'tenantry').address));

async function profileOf(address) {
  const command = onServerCore(takeLoadCore().separated, nodeCommand(values.node));
  const options = { adapter: values.adapter, tenants, depth: Number(values.depth) };
  const served = await Served.start(command, address, options);
  await sendAndCheck(served.port, tenants, Math.max(tenants, 1000));
  await send(served.port, tenants, WARM_UP);
  const profile = await served.profile(() => send(served.port, tenants, REQUESTS));
  await served.end();
  return profile;
}

/** Samples while nothing runs are left out. */
function print({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const [places, functions] = [new Map(), new Map()];
  samples.forEach((id, index) => {
    const { functionName, url, lineNumber } = byId.get(id);
    if (functionName === '(idle)') return;
    const perRequestUs = timeDeltas[index] / REQUESTS;
    const place = placeOf(url, functionName);
    add(places, place, perRequestUs);
    add(functions, `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`, perRequestUs);
  });
  process.stdout.write(`${table(places, 25)}\n\n${table(functions, 40)}\n`);
}

function placeOf(url, functionName) {
  if (url === '') return functionName.startsWith('(') ? functionName : 'V8';
  const library = /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules\/)/.exec(url)?.[1];
  return library ?? /libs\/.*/.exec(url)?.[0] ?? url.replace(/^file:.*\//, '');
}

function add(totals, key, value) {
  totals.set(key, (totals.get(key) ?? 0) + value);
}

function table(totals, rows) {
  const costliest = [...totals].sort(([, a], [, b]) => b - a).slice(0, rows);
  return costliest.map(([name, us]) => `${us.toFixed(2).padStart(7)} ${name}`).join('\n');
}
