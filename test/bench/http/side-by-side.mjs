import { setTimeout as delay } from 'node:timers/promises';
import { Load, sendAndCheck } from './load.mjs';
import { Served } from './served.mjs';

/** A set-up that takes very long gets no more than that time. */
const WARM_UP_AT_MOST_MS = 10_000;
const LOOK_EVERY_MS = 50;

/**
 * Serves two set-ups at the same time, on one core, each under a load of its own that never pauses: whatever slows the
 * machine down slows both down. Fresh processes each time, because a process keeps the luck that its compiler had.
 *
 * @param command what runs Node, with its flags
 * @param addresses of the two set-ups
 * @param options handed to the set-ups; `tenants` is how many take turns
 * @param span `warmUp`: requests that each answers before; `ms`: how long is measured
 * @returns the CPU time of each for a request, microseconds
 */
export async function measureSideBySide(command, addresses, options, { warmUp, ms }) {
  const servers = [];
  try {
    for (const address of addresses) servers.push(await startChecked(command, address, options));
    const loads = servers.map(({ port }) => new Load(port, options.tenants));
    await untilWarm(loads, warmUp);
    const before = await countsOf(servers, loads);
    await delay(ms);
    const after = await countsOf(servers, loads);
    for (const load of loads) await load.end();
    return before.map(({ cpuUs, answered }, at) => (after[at].cpuUs - cpuUs) / (after[at].answered - answered));
  } finally {
    await Promise.all(servers.map((served) => served.end()));
  }
}

async function startChecked(command, address, options) {
  const served = await Served.start(command, address, options);
  await sendAndCheck(served.port, options.tenants, Math.max(options.tenants, 1_000));
  return served;
}

async function untilWarm(loads, requests) {
  const looks = WARM_UP_AT_MOST_MS / LOOK_EVERY_MS;
  for (let look = 0; look < looks && loads.some(({ answered }) => answered < requests); look += 1)
    await delay(LOOK_EVERY_MS);
}

/** A server answers the question between two requests; what is on its way meanwhile is a few of thousands. */
function countsOf(servers, loads) {
  return Promise.all(
    servers.map(async (served, at) => ({ cpuUs: await served.cpuUs(), answered: loads[at].answered })),
  );
}
