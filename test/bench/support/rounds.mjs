/** Runs every contender once per round, each round in another order, so that noise and warmth fall on all alike. */
export async function interleave(contenders, { rounds = 7, warmUps = 2 } = {}) {
  const values = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const { name, measure } of rotate(contenders, round + warmUps)) {
      const value = await measure();
      if (round >= 0) values.get(name).push(value);
    }
  }
  return contenders.map(({ name }) => ({ name, ...summary(values.get(name)) }));
}

/** Median, lowest and highest. */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, low: sorted[0], high: sorted.at(-1) };
}

function rotate(list, by) {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
