import type { NodeProcess, SharedCatalog } from '../../nodes/support/nodes.js';
import { spawnNode } from '../../nodes/support/nodes.js';
import { until } from '../../support/until.js';

/** What one round of changes took, milliseconds. */
export interface LagRound {
  /** From the call that changes a tenant until the change holds on both other nodes, one entry a change. */
  readonly toBothNodes: readonly number[];
  /** The call by itself, which ends with the commit. */
  readonly call: readonly number[];
}

/**
 * Suspends and activates tenants in turn, each after the one before has arrived, and takes the time until it holds on two
 * nodes that run as processes. All times are of the machine's one monotonic clock.
 */
export async function measureLag(
  folder: string,
  shared: SharedCatalog,
  { rounds, changes }: { readonly rounds: number; readonly changes: number },
): Promise<LagRound[]> {
  const arrivals = [new Arrivals(), new Arrivals()];
  const settings = { databaseUrl: shared.url, listenUrl: shared.url };
  const nodes = await Promise.all(
    arrivals.map((arrived) => {
      const onChanges = (changes: readonly { readonly key: string; readonly at: string }[]): void => {
        for (const { key, at } of changes) arrived.add(key, BigInt(at));
      };
      return spawnNode(folder, settings, { onChanges });
    }),
  );
  try {
    await until(async () => (await statesOf(nodes)).every(({ feed }) => feed.listening));
    const measured: LagRound[] = [];
    for (let round = 0; round < rounds; round += 1) measured.push(await oneRound(shared, arrivals, changes));
    return measured;
  } finally {
    await Promise.all(nodes.map((node) => node.stop('SIGKILL')));
  }
}

async function oneRound({ catalog }: SharedCatalog, arrivals: readonly Arrivals[], changes: number): Promise<LagRound> {
  const [toBothNodes, call]: [number[], number[]] = [[], []];
  for (let n = 0; n < changes; n += 1) {
    const id = `t${(n >> 1) % 20}`;
    const from = process.hrtime.bigint();
    const { generation } = await (n % 2 === 0 ? catalog.suspend(id) : catalog.activate(id));
    call.push(millis(process.hrtime.bigint() - from));
    const times = await Promise.all(arrivals.map((arrived) => arrived.of(`${id} ${generation}`)));
    toBothNodes.push(Math.max(...times.map((at) => millis(at - from))));
  }
  return { toBothNodes, call };
}

/** When each change came to one node. Waits without turning the event loop, which would take a processor. */
class Arrivals {
  readonly #times = new Map<string, bigint>();
  readonly #waiting = new Map<string, (at: bigint) => void>();

  add(key: string, at: bigint): void {
    this.#times.set(key, at);
    this.#waiting.get(key)?.(at);
  }

  async of(key: string): Promise<bigint> {
    return this.#times.get(key) ?? new Promise((resolve) => void this.#waiting.set(key, resolve));
  }
}

/** The value below which a share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function millis(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6;
}

async function statesOf(nodes: readonly NodeProcess[]): Promise<Awaited<ReturnType<NodeProcess['state']>>[]> {
  return Promise.all(nodes.map((node) => node.state()));
}
