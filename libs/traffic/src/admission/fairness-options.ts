import { choiceOption, numberOption, objectOption } from '@tenantry/core/spi';
import { systemClock } from '@tenantry/core';
import type { Clock } from '@tenantry/core';
import { LONGEST_MS } from '../kernel/longest.js';
import { systemTurns } from './event-loop.js';
import type { Turns } from './event-loop.js';

/** How requests are admitted. */
export interface FairnessOptions {
  /** Requests that are worked on at once, 1 to 1,000,000. Default 256. */
  readonly maxInFlight?: number;
  /** Milliseconds of work that are admitted per turn of the event loop, above 0, up to 1,000. Default 2. */
  readonly turnBudgetMs?: number;
  /** Requests that wait, of all tenants, 1 to 1,000,000. Default 10,000. */
  readonly maxQueued?: number;
  /** Requests that wait, of one tenant, 1 to 100,000. Default 1,000. */
  readonly maxQueuedPerTenant?: number;
  /** Milliseconds that a request waits at most, 1 to 2,147,483,647. Default 5,000. */
  readonly maxWaitMs?: number;
  /** What is shared: measured time (default), or requests of whatever cost. */
  readonly cost?: 'time' | 'requests';
  /** Tenants without a request whose measured time is kept, 1 to 1,000,000. Default 10,000. */
  readonly maxIdleLanes?: number;
  /** Default: the system's monotonic clock. */
  readonly clock?: Clock;
  /** Default: Node's event loop. */
  readonly turns?: Turns;
}

/** {@link FairnessOptions}, checked and complete. */
export type ResolvedFairnessOptions = Required<FairnessOptions>;

/** Checks the options and fills in the defaults. @throws `MT_OPTIONS_INVALID` */
export function resolveFairnessOptions(options: FairnessOptions = {}): ResolvedFairnessOptions {
  const { maxInFlight, turnBudgetMs, maxQueued, maxQueuedPerTenant, maxWaitMs, cost, maxIdleLanes, clock, turns } =
    objectOption('fairness', options);
  return {
    maxInFlight: numberOption('fairness.maxInFlight', maxInFlight ?? 256, { min: 1, max: 1_000_000, whole: true }),
    turnBudgetMs: numberOption('fairness.turnBudgetMs', turnBudgetMs ?? 2, { min: 0, exclusive: true, max: 1_000 }),
    maxQueued: numberOption('fairness.maxQueued', maxQueued ?? 10_000, { min: 1, max: 1_000_000, whole: true }),
    maxQueuedPerTenant: numberOption('fairness.maxQueuedPerTenant', maxQueuedPerTenant ?? 1_000, {
      min: 1,
      max: 100_000,
      whole: true,
    }),
    maxWaitMs: numberOption('fairness.maxWaitMs', maxWaitMs ?? 5_000, { min: 1, max: LONGEST_MS, whole: true }),
    cost: choiceOption('fairness.cost', cost ?? 'time', ['time', 'requests']),
    maxIdleLanes: numberOption('fairness.maxIdleLanes', maxIdleLanes ?? 10_000, {
      min: 1,
      max: 1_000_000,
      whole: true,
    }),
    clock: objectOption('fairness.clock', clock ?? systemClock),
    turns: objectOption('fairness.turns', turns ?? systemTurns),
  };
}
