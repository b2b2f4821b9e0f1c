import process from 'node:process';
import { openDataSubject } from './data/subject.mjs';
import { interleave, summary } from './support/rounds.mjs';

const ROUNDS = 15;
const WARM_UPS = 2;
const CALLS = { 1: 200, 50: 1_000 };

/** Packages whose versions belong to the figures. */
export const packages = ['pg'];

/**
 * What each strategy adds to a query by primary key, beside the plain autocommit query on a pool of the same size. Makes a
 * database and roles on the server of `DATABASE_URL` (postgres://postgres@127.0.0.1:5432/postgres), as a superuser of it, and
 * drops them at the end.
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

async function measureKind({ contenders }, kind, atOnce) {
  process.stderr.write(`measuring: data, ${kind}, ${atOnce} at once\n`);
  const noted = new Map();
  const running = contenders.map(({ name, ...calls }) => {
    noted.set(name, []);
    const measure = async () => {
      const value = await microsecondsEach(calls[kind], CALLS[atOnce], atOnce);
      noted.get(name).push(value);
      return value;
    };
    return { name, measure };
  });
  const [plain, ...strategies] = await interleave(running, { rounds: ROUNDS, warmUps: WARM_UPS });
  return strategies.flatMap(({ name, ...ours }) => {
    const what = `${kind}, ${atOnce} at once: ${name}`;
    return [{ what, unit: 'µs', ours, peers: [plain] }, ratioRow({ what, name, kind }, noted)];
  });
}

/** How many times the plain call it took, round by round: noise that lasts longer than a round falls on both. */
function ratioRow({ what, name, kind }, noted) {
  const plain = noted.get('plain');
  const ratios = noted.get(name).map((value, round) => value / plain[round]);
  const goal = name === 'rowLevelSecurity' && kind === 'query' ? { goal: '<= 2', limit: 2 } : {};
  return { what: `${what}, times plain`, unit: '', ours: summary(ratios.slice(WARM_UPS)), peers: [], ...goal };
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
