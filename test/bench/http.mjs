import process from 'node:process';
import { onServerCore, takeLoadCore } from './http/cores.mjs';
import { nodeCommand } from './http/nodes.mjs';
import { createPeerDatabase } from './http/peer-database.mjs';
import { installPeers, peerVersions } from './http/peers-installed.mjs';
import { doubled, goalsOf, idleRows, rowOf, toMarkdown } from './http/results.mjs';
import { SETUPS, setupOf } from './http/setups.mjs';
import { measureSideBySide } from './http/side-by-side.mjs';
import { describeMachine } from './support/machine.mjs';

const THIS_NODE = process.versions.node.split('.')[0];
const ALL = {
  adapters: ['fastify', 'express'],
  nodes: ['20', '22', '24'],
  tenants: [10, 10_000],
  depths: [1, 20],
  setups: SETUPS,
  starts: 3,
  seconds: 1.5,
  // By then the compilers have done their work. With a third of it, tenancy seems to cost twice as much.
  warmUp: 60_000,
};
const QUICK = { ...ALL, nodes: [THIS_NODE], tenants: [10], depths: [20], starts: 1, warmUp: 20_000 };
const SMOKE = { ...QUICK, setups: ['tenantry', 'tenantry+client'].map(setupOf), starts: 3 };

/** CPU time of a server per request beside bare Nest, in every combination of adapter, version of Node, depth and number of tenants. */
export async function report(values) {
  const plan = planOf(values);
  const load = takeLoadCore();
  const peers = plan.setups.some(({ peer }) => peer);
  if (peers) installPeers();
  const database = plan.setups.some(({ name }) => name === 'nestjs-multitenant') ? await createPeerDatabase() : null;
  const setups = plan.setups.filter(({ name }) => name !== 'nestjs-multitenant' || database !== null);
  try {
    const rows = await measureAll({ ...plan, setups }, load, database?.config);
    const machine = { ...describeMachine(['@nestjs/core', 'nestjs-cls', 'autocannon']), load: load.words };
    if (peers) Object.assign(machine.versions, peerVersions());
    return { json: { machine, rows }, text: textOf(machine, plan, rows) };
  } finally {
    await database?.drop();
  }
}

function planOf({ quick, smoke, adapter, node, tenants, depth, setups, starts, seconds }) {
  const base = smoke ? SMOKE : quick ? QUICK : ALL;
  const list = (text, otherwise, read = String) => (text === undefined ? otherwise : text.split(',').map(read));
  return {
    ...base,
    adapters: list(adapter, base.adapters),
    nodes: list(node, base.nodes),
    tenants: list(tenants, base.tenants, Number),
    depths: list(depth, base.depths, Number),
    setups: list(setups, base.setups, setupOf),
    starts: Number(starts ?? base.starts),
    seconds: Number(seconds ?? base.seconds),
  };
}

async function measureAll(plan, load, database) {
  const rows = [];
  for (const node of plan.nodes) {
    const command = onServerCore(load.separated, nodeCommand(node));
    for (const adapter of plan.adapters) {
      for (const depth of plan.depths) {
        for (const tenants of plan.tenants) {
          process.stderr.write(`measuring: Node ${node}, ${adapter}, ${depth} deep, ${tenants} tenants\n`);
          rows.push(...(await measureCell(plan, command, { adapter, node, depth, tenants }, database)));
        }
      }
    }
  }
  return rows;
}

/** Every set-up is started as often; they take turns, so that a slow minute falls on all alike. */
async function measureCell({ setups, starts, seconds, warmUp }, command, cell, database) {
  const { address: bare } = setupOf('bare');
  const options = { adapter: cell.adapter, depth: cell.depth, tenants: cell.tenants, database };
  const pairs = new Map(setups.map(({ name }) => [name, []]));
  for (let start = 0; start < starts; start += 1) {
    for (const { name, address } of setups)
      pairs.get(name).push(await measureSideBySide(command, [bare, address], options, { warmUp, ms: seconds * 1_000 }));
  }
  return [...pairs].map(([name, measured]) => rowOf(name, cell, measured));
}

/** Goals are checked with compiled code only. */
function textOf({ versions, node, ...machine }, { starts, seconds, warmUp }, rows) {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const head = [...Object.values(machine), `${starts} starts of ${seconds} s`, ...packages].join(', ');
  const verdicts = [warmUp < ALL.warmUp ? '' : goalsOf(rows), idleRows(rows), doubled(rows)].filter(Boolean);
  return `${head}, load from ${node}\n\n${toMarkdown(rows)}\n\n${verdicts.join('\n')}\n`;
}
