import fc from 'fast-check';
import { commands, finish, worldConfig } from './model/commands.js';
import type { capturing } from './model/capture-parts.js';
import { World } from './model/world.js';

jest.mock('../../libs/core/src/registry/registry-parts', () =>
  jest
    .requireActual<{ capturing: typeof capturing }>('./model/capture-parts')
    .capturing(jest.requireActual('../../libs/core/src/registry/registry-parts')),
);

/** How many random histories to play; a longer run: `npm run soak`. */
const HISTORIES = Number(process.env['TENANTRY_HISTORIES'] ?? 10_000);
/** Where to begin; by default somewhere new. A failure prints its seed. */
const SEED = process.env['TENANTRY_SEED'];
/** Whether to look for the shortest history that fails. Who only asks whether any does need not wait for it. */
const SHRINK = process.env['TENANTRY_SHRINK'] !== 'no';
/** Where histories once failed. */
const FOUND_SEEDS = [-1674871760, -1246156319, -952184608, 1262403622, -457921360];

const history = fc.asyncProperty(fc.scheduler(), worldConfig, commands, async (scheduler, config, run) => {
  const world = new World(config, scheduler);
  await fc.asyncModelRun(() => ({ model: {}, real: world }), run);
  await finish(world);
});

describe('any history of a registry', () => {
  it(
    'keeps every invariant at every step',
    async () => {
      const seed = SEED === undefined ? {} : { seed: Number(SEED) };
      await fc.assert(history, { numRuns: HISTORIES, endOnFailure: !SHRINK, ...seed });
    },
    60_000 + HISTORIES * 20,
  );

  it.each(FOUND_SEEDS)('keeps every invariant where one was once broken: seed %d', async (seed) => {
    await fc.assert(history, { numRuns: 150, endOnFailure: !SHRINK, seed });
  });
});
