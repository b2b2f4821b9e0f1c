import process from 'node:process';
import { cpuMicroseconds } from './data/cpu.mjs';
import { openDataSubject } from './data/subject.mjs';
import { interleave } from './support/rounds.mjs';

const ROUNDS = 9;
const WARM_UPS = 2;
const CALLS = { 1: 150, 50: 600 };

/** Packages whose versions belong to the figures. */
export const packages = ['pg'];

/**
 * What each strategy adds to a query by primary key, beside the plain query on a pool of the same size: time until it is
 * answered, and processor time of both sides. Makes a database and roles on the server of `DATABASE_URL`
 * (postgres://postgres@127.0.0.1:5432/postgres, a Linux process of this machine), as a superuser of it, and drops them at the end.
 */
export async function measure() {
  const subject = await openDataSubject();
  try {
    const rows = [];
    for (const atOnce of [1, 50]) {
      for (const kind of ['query', 'transaction']) rows.push(...(await measureKind(subject, kind, atOnce)));
    }
    return [...rows, ...(await subject.connectionRows())];
  } finally {
    await subject.close();
  }
}

async function measureKind({ contenders, backendsOf }, kind, atOnce) {
  process.stderr.write(`measuring: data, ${kind}, ${atOnce} at once\n`);
  const cpu = new Map(contenders.map(({ name }) => [name, []]));
  const running = contenders.map(({ name, ...calls }) => ({
    name,
    measure: async () => {
      const pids = await backendsOf(name);
      const before = cpuMicroseconds(pids);
      const value = await microsecondsEach(calls[kind], CALLS[atOnce], atOnce);
      cpu.get(name).push((cpuMicroseconds(pids) - before) / CALLS[atOnce]);
      return value;
    },
  }));
  const [plain, ...strategies] = await interleave(running, { rounds: ROUNDS, warmUps: WARM_UPS });
  return strategies.flatMap(({ name, ...ours }) => {
    const what = `${kind}, ${atOnce} at once: ${name}`;
    return [
      { what: `${what}, until it is answered`, unit: 'µs', ours, peers: [plain] },
      cpuRow({ what, name, kind }, cpu),
    ];
  });
}

/** Processor time of both sides, all rounds together: the server counts in steps of 10 ms, and other work does not count. */
function cpuRow({ what, name, kind }, cpu) {
  const [mine, plain] = [meanOf(cpu.get(name)), meanOf(cpu.get('plain'))];
  const row = { what: `${what}, processor time, times plain`, unit: '', ours: single(mine / plain), peers: [] };
  return name === 'rowLevelSecurity' && kind === 'query' ? { ...row, goal: '<= 2', limit: 2 } : row;
}

function meanOf(values) {
  const counted = values.slice(WARM_UPS);
  return counted.reduce((sum, value) => sum + value, 0) / counted.length;
}

function single(value) {
  return { median: value, low: value, high: value };
}

async function microsecondsEach(call, calls, atOnce) {
  let next = 0;
  const worker = async () => {
    while (next < calls) await call((next += 1));
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: atOnce }, worker));
  return ((performance.now() - start) * 1_000) / calls;
}
