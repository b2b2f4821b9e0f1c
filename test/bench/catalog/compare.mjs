import { interleave } from '../support/rounds.mjs';

/**
 * Runs the same at every size, in interleaved rounds, and makes a row of it: the largest size beside the others.
 *
 * @param options.cost what one call took at a size, in the unit of the row
 * @param options.times how much of the goal's size it may cost; absent = no goal
 */
export async function compareSizes(subjects, { what, unit, cost, times, rounds = 7, explain }) {
  const results = await interleave(
    subjects.map((subject) => ({ name: nameOf(subject), measure: () => cost(subject) })),
    { rounds, warmUps: 1 },
  );
  const [ours, smaller] = [results.at(-1), results.slice(0, -1)];
  const plan = explain === undefined ? [] : await explain(subjects.at(-1));
  return { what, unit, ours, peers: smaller, ...goalOf(smaller, times), plan };
}

function goalOf(smaller, times) {
  const beside = smaller.at(-1);
  return times === undefined || beside === undefined
    ? {}
    : { goal: `<= ${times} x ${beside.name}`, limit: times * beside.median };
}

/** Milliseconds a call, one after the other. */
export async function msPerCall(calls, call) {
  const start = performance.now();
  for (let turn = 0; turn < calls; turn += 1) await call(turn);
  return (performance.now() - start) / calls;
}

/** Nanoseconds a call that answers at once. */
export function nsPerCall(calls, call) {
  const start = performance.now();
  for (let turn = 0; turn < calls; turn += 1) call(turn);
  return ((performance.now() - start) * 1e6) / calls;
}

function nameOf({ size }) {
  return `${size.toLocaleString('en')} tenants`;
}
