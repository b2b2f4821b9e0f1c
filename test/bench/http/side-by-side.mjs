import { setTimeout as delay } from 'node:timers/promises';
import { Load, sendAndCheck } from './load.mjs';
import { Served } from './served.mjs';

/** A set-up that takes very long gets no more than that time. */
const WARM_UP_AT_MOST_MS = 10_000;
const LOOK_EVERY_MS = 50;

/**
 * Serves two set-ups at the same time, on one core, each under a load of its own that never pauses: whatever slows the
 * machine down slows both down. Fresh processes each time, because compilation differs from process to process.
 *
 * @param command what runs Node, with its flags
 * @param addresses of the two set-ups
 * @param options handed to the set-ups; `tenants` is how many take turns
 * @param span `warmUp`: requests that each answers before; `ms`: how long is measured
 * @returns `cpuUs`: CPU time of each for a request, microseconds; `busy`: for how much of the time the two kept a core busy
 */
export async function measureSideBySide(command, addresses, options, { warmUp, ms }) {
  const servers = [];
  try {
    for (const address of addresses) servers.push(await startChecked(command, address, options));
    const loads = servers.map(({ port }) => new Load(port, options.tenants));
    await untilWarm(loads, warmUp);
    const spent = await spentDuring(ms, () => countsOf(servers, loads));
    for (const load of loads) await load.end();
    return spent;
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

async function spentDuring(ms, count) {
  const [before, begun] = [await count(), performance.now()];
  await delay(ms);
  const [after, elapsedMs] = [await count(), performance.now() - begun];
  const spentUs = before.map(({ cpuUs }, at) => after[at].cpuUs - cpuUs);
  return {
    cpuUs: spentUs.map((us, at) => us / (after[at].answered - before[at].answered)),
    busy: spentUs.reduce((sum, us) => sum + us, 0) / (elapsedMs * 1_000),
  };
}

/** A server answers the question between two requests; what is on its way meanwhile is a few of thousands. */
function countsOf(servers, loads) {
  return Promise.all(
    servers.map(async (served, at) => ({ cpuUs: await served.cpuUs(), answered: loads[at].answered })),
  );
}
