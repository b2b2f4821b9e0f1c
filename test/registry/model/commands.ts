import fc from 'fast-check';
import { checkAlways, checkAtEnd, checkAtRest } from './invariants.js';
import { TIMES } from './world.js';
import type { FactoryFate, Fate, World, WorldConfig } from './world.js';

type Step = (world: World) => void;
interface Named {
  readonly name: string;
  readonly step: Step;
}

/** The longest that create, refresh and the like may take, with two creations after each other. */
const AGES_MS = 10_000;

const tenant = fc.constantFrom('a', 'b', 'c', 'd');
const onExisting = fc.constantFrom('error', 'keep', 'replace');
const index = fc.nat(50);

function pick<T>(items: readonly T[], at: number): T | undefined {
  return items[at % Math.max(1, items.length)];
}

function onTenant(name: string, step: (world: World, tenantId: string) => unknown): fc.Arbitrary<Named> {
  return tenant.map((id) => ({ name: `${name} ${id}`, step: (world: World) => void step(world, id) }));
}

function at(name: string, step: (world: World, at: number) => void): fc.Arbitrary<Named> {
  return index.map((position) => ({ name: `${name} #${position}`, step: (world: World) => step(world, position) }));
}

async function addClient(world: World, tenantId: string, how: 'error' | 'keep' | 'replace'): Promise<void> {
  const client = world.makeClient(tenantId, 'perhaps');
  const adopted = await world.wait('add', tenantId, TIMES.acquireTimeoutMs, () => {
    return world.registry.add(tenantId, client, { onExisting: how });
  });
  client.owned = adopted === true ? 'yes' : 'no';
}

const steps: fc.Arbitrary<Named> = fc.oneof(
  { weight: 8, arbitrary: onTenant('acquire', (world, id) => world.acquire(id, TIMES.acquireTimeoutMs)) },
  { weight: 2, arbitrary: onTenant('acquire at length', (world, id) => world.acquire(id, 1_000)) },
  {
    weight: 8,
    arbitrary: at('release', (world, position) => {
      const lease = pick(world.leases, position);
      if (lease) world.release(lease);
    }),
  },
  {
    weight: 3,
    arbitrary: at('give up', ({ waits }, position) => pick(waits, position)?.abort.abort(new Error('given up'))),
  },
  {
    weight: 3,
    arbitrary: onTenant('get', (world, id) => {
      if ((world.registry.get(id)?.disposals ?? 0) > 0) world.faults.push(`got a disposed client of ${id}`);
    }),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(tenant, onExisting).map(([id, how]) => ({
      name: `add ${id} ${how}`,
      step: (world: World) => void addClient(world, id, how),
    })),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(tenant, onExisting).map(([id, how]) => ({
      name: `create ${id} ${how}`,
      step: (world: World) =>
        void world.wait('create', id, AGES_MS, (signal: AbortSignal) =>
          world.registry.create(id, { onExisting: how, signal }),
        ),
    })),
  },
  {
    weight: 3,
    arbitrary: onTenant('evict', (world, id) => void world.wait('evict', id, AGES_MS, () => world.registry.evict(id))),
  },
  {
    weight: 3,
    arbitrary: onTenant(
      'refresh',
      (world, id) => void world.wait('refresh', id, AGES_MS, () => world.registry.refresh(id)),
    ),
  },
  { weight: 1, arbitrary: onTenant('pin', (world, id) => world.registry.pin(id) && world.pinned.add(id)) },
  { weight: 2, arbitrary: onTenant('unpin', (world, id) => world.registry.unpin(id) && world.pinned.delete(id)) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(1, 60, 149, 150, 200, 301, 501).map((ms) => ({
      name: `tick ${ms}`,
      step: (world: World) => world.clock.advance(ms),
    })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, 100, undefined).map((ms) => ({
      name: `sweep ${ms}`,
      step: (world: World) => void world.wait('sweep', '*', AGES_MS, () => world.registry.cleanUp(ms)),
    })),
  },
);

/** Takes one to three steps in one turn, lets some things happen, and asks whether all is well. */
class StepsCommand implements fc.AsyncCommand<object, World> {
  constructor(
    readonly steps: readonly Named[],
    readonly turns: number,
    readonly settle: number,
  ) {}

  check(): boolean {
    return true;
  }

  async run(_model: object, world: World): Promise<void> {
    for (const { step } of this.steps) {
      step(world);
      checkAlways(world);
    }
    for (let turn = 0; turn < this.turns; turn += 1) {
      await Promise.resolve();
      checkAlways(world);
    }
    for (let settled = 0; settled < this.settle && world.scheduler.count() > 0; settled += 1)
      await world.scheduler.waitNext(1);
    if (this.turns < MANY_TURNS) return;
    await new Promise(setImmediate);
    checkAtRest(world);
  }

  toString(): string {
    return `${this.steps.map(({ name }) => name).join(' & ')}; ${this.turns} turns; ${this.settle} settle`;
  }
}

class CloseCommand implements fc.AsyncCommand<object, World> {
  constructor(readonly deadlineMs: number) {}

  check(): boolean {
    return true;
  }

  async run(_model: object, world: World): Promise<void> {
    close(world, this.deadlineMs);
    checkAlways(world);
  }

  toString(): string {
    return `close ${this.deadlineMs}`;
  }
}

function close(world: World, deadlineMs: number): void {
  world.closeDeadlineMs = Math.min(world.closeDeadlineMs, deadlineMs);
  void world.wait('close', '*', AGES_MS, () => world.registry.close({ deadlineMs }));
}

/** Turns after which a command waits until nothing continues by itself. */
const MANY_TURNS = 4;

const stepsCommand = fc
  .tuple(fc.array(steps, { minLength: 1, maxLength: 3 }), fc.nat(MANY_TURNS + 2), fc.nat(2))
  .map(([taken, turns, settle]) => new StepsCommand(taken, turns, settle));
const closeCommand = fc.constantFrom(0, 50, 250).map((ms) => new CloseCommand(ms));
const anyCommand = fc.oneof({ weight: 30, arbitrary: stepsCommand }, { weight: 1, arbitrary: closeCommand });

export const commands = fc.commands([anyCommand], { maxCommands: 10 });

const factoryFate = fc.constantFrom<FactoryFate[]>(
  'settles',
  'settles',
  'at once',
  'fails',
  'throws',
  'nothing',
  'hangs',
  'obeys',
);
const fate = fc.constantFrom<Fate[]>('at once', 'at once', 'later', 'throws', 'rejects', 'hangs');

export const worldConfig: fc.Arbitrary<WorldConfig> = fc.record({
  maxClients: fc.constantFrom(1, 2, 3, 10),
  maxWeight: fc.constantFrom(Infinity, 2, 4),
  maxWaiting: fc.constantFrom(0, 1, 5),
  drainTimeoutMs: fc.constantFrom(0, 100),
  retryBackoffMs: fc.constantFrom(0, 50),
  maxLifetimeMs: fc.constantFrom(Infinity, 250),
  exclusive: fc.constantFrom(false, false, true),
  factories: fc.array(factoryFate, { minLength: 1, maxLength: 4 }),
  disposals: fc.array(fate, { minLength: 1, maxLength: 3 }),
  checks: fc.option(fc.array(fate, { minLength: 1, maxLength: 2 }), { nil: undefined }),
});

/** Closes the registry, lets all time pass, and asks whether anything was lost. */
export async function finish(world: World): Promise<void> {
  close(world, 50);
  for (let round = 0; round < 12; round += 1) {
    await new Promise(setImmediate);
    while (world.scheduler.count() > 0) await world.scheduler.waitNext(1);
    world.clock.advance(100);
  }
  for (const lease of world.leases) world.release(lease);
  await new Promise(setImmediate);
  checkAtEnd(world);
}
