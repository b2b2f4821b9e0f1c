import process from 'node:process';
import { onServerCore, takeLoadCore } from './http/cores.mjs';
import { send, sendAndCheck } from './http/load.mjs';
import { nodeBinary } from './http/nodes.mjs';
import { createPeerDatabase } from './http/peer-database.mjs';
import { installPeers, peerVersions } from './http/peers-installed.mjs';
import { goalsOf, rowsOf, toMarkdown } from './http/results.mjs';
import { Served } from './http/served.mjs';
import { SETUPS, setupOf } from './http/setups.mjs';
import { describeMachine } from './support/machine.mjs';

const THIS_NODE = process.versions.node.split('.')[0];
const ALL = {
  adapters: ['fastify', 'express'],
  nodes: ['20', '22', '24'],
  tenants: [10, 10_000],
  depths: [1, 20],
  setups: SETUPS,
  rounds: 9,
  // Each round opens its connections anew: with few requests, that is what is measured.
  requests: 5_000,
  warmUp: 10_000,
};
const QUICK = { ...ALL, nodes: [THIS_NODE], tenants: [10], depths: [20], rounds: 7, requests: 3_000, warmUp: 3_000 };
const SMOKE = { ...QUICK, setups: ['bare', 'tenantry', 'tenantry+client'].map(setupOf), rounds: 11, requests: 2_000 };

/**
 * CPU time of a server per request, in every combination of adapter, version of Node, depth and number of tenants.
 * The set-ups of one adapter, Node and depth run side by side and take turns, so that noise falls on all alike.
 */
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

function planOf({ quick, smoke, adapter, node, tenants, depth, setups, rounds, requests }) {
  const base = smoke ? SMOKE : quick ? QUICK : ALL;
  const list = (text, otherwise, read = String) => (text === undefined ? otherwise : text.split(',').map(read));
  return {
    ...base,
    adapters: list(adapter, base.adapters),
    nodes: list(node, base.nodes),
    tenants: list(tenants, base.tenants, Number),
    depths: list(depth, base.depths, Number),
    setups: list(setups, base.setups, setupOf),
    rounds: Number(rounds ?? base.rounds),
    requests: Number(requests ?? base.requests),
  };
}

async function measureAll(plan, load, database) {
  const rows = [];
  for (const node of plan.nodes) {
    const binary = nodeBinary(node);
    for (const adapter of plan.adapters) {
      for (const depth of plan.depths) {
        process.stderr.write(`measuring: Node ${node}, ${adapter}, ${depth} deep\n`);
        const command = onServerCore(load.separated, [binary]);
        const contenders = await startAll(plan, command, { adapter, depth, database });
        await takeRounds(plan, contenders);
        await Promise.all(contenders.map(({ served }) => served.end()));
        rows.push(...rowsOf(contenders, { adapter, node, depth }));
      }
    }
  }
  return rows;
}

async function startAll({ setups, tenants, warmUp }, command, options) {
  const contenders = [];
  for (const count of tenants) {
    for (const { name, address } of setups) {
      const served = await Served.start(command, address, { ...options, tenants: count });
      await sendAndCheck(served.port, count, Math.max(count, 1_000));
      await send(served.port, count, warmUp);
      contenders.push({ setup: name, tenants: count, served, cpuUs: [] });
    }
  }
  return contenders;
}

async function takeRounds({ rounds, requests }, contenders) {
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const { served, tenants, cpuUs } = contenders[(round + turn) % contenders.length];
      const before = await served.cpuUs();
      await send(served.port, tenants, requests);
      cpuUs.push(((await served.cpuUs()) - before) / requests);
    }
  }
}

function textOf({ versions, node, ...machine }, { rounds, requests }, rows) {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const head = [...Object.values(machine), `${rounds} rounds of ${requests} requests`, ...packages].join(', ');
  return `${head}, load from ${node}\n\n${toMarkdown(rows)}\n\n${goalsOf(rows)}\n`;
}
