import { OptionsInvalidError } from '../errors/usage.errors.js';
import { systemClock } from '../kernel/clock.js';
import type { Clock } from '../kernel/clock.js';
import { booleanOption, functionOption, numberOption, objectOption } from '../kernel/option-checks.js';
import type { NumberRange } from '../kernel/option-checks.js';
import { ACQUIRE_AS_BASE } from './base-registry.js';
import { DEFAULT_REGISTRY_LIMITS } from './registry-options.js';
import type { RegistryLimits, TenantClientRegistryOptions } from './registry-options.js';

type Completed = keyof RegistryLimits | 'clock' | 'random';

/** The options of a registry, complete and checked. */
export type ResolvedRegistryOptions<TClient, TOptions> = Omit<
  TenantClientRegistryOptions<TClient, TOptions>,
  Completed
> &
  RegistryLimits & { readonly clock: Clock; readonly random: () => number };

const DURATION: NumberRange = { min: 0, exclusive: true };
const RANGES: Readonly<Record<keyof RegistryLimits, NumberRange>> = {
  idleTimeoutMs: { ...DURATION, infinite: true },
  maxClients: { min: 1, whole: true, infinite: true },
  maxWeight: { min: 0, exclusive: true, infinite: true },
  createTimeoutMs: DURATION,
  acquireTimeoutMs: DURATION,
  maxWaiting: { min: 0, whole: true },
  disposeTimeoutMs: DURATION,
  drainTimeoutMs: { min: 0 },
  retryBackoffMs: { min: 0 },
  maxLifetimeMs: { ...DURATION, infinite: true },
};

const LIMIT_NAMES = Object.keys(RANGES) as (keyof RegistryLimits)[];

/**
 * Fills in defaults and checks every value.
 *
 * @throws {@link OptionsInvalidError} `MT_OPTIONS_INVALID` with the option's name, its value and the allowed range
 */
export function resolveRegistryOptions<TClient, TOptions>(
  options: TenantClientRegistryOptions<TClient, TOptions>,
): ResolvedRegistryOptions<TClient, TOptions> {
  const { name } = objectOption('options', options);
  if (typeof name !== 'string' || name.trim() === '')
    throw new OptionsInvalidError('name', name, 'a client kind such as "db"');
  functionOption(`${name}.create`, options.create);
  for (const optional of ['dispose', 'weigh', 'check', 'random'] as const)
    if (options[optional] !== undefined) functionOption(`${name}.${optional}`, options[optional]);
  requireBases(name, options.dependsOn);
  booleanOption(`${name}.exclusive`, options.exclusive ?? false);
  return Object.freeze({
    ...options,
    ...resolveRegistryLimits(name, options),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  });
}

/**
 * Takes the limits out of some options, with defaults for those that are absent.
 *
 * @param name name of the client kind, for the message
 * @throws {@link OptionsInvalidError} `MT_OPTIONS_INVALID`
 */
export function resolveRegistryLimits(name: string, given: Partial<RegistryLimits>): RegistryLimits {
  const pairs = LIMIT_NAMES.map((limit) => {
    const value = given[limit] === undefined ? DEFAULT_REGISTRY_LIMITS[limit] : given[limit];
    return [limit, numberOption(`${name}.${limit}`, value, RANGES[limit])] as const;
  });
  return Object.fromEntries(pairs) as unknown as RegistryLimits;
}

function requireBases(name: string, dependsOn: unknown): void {
  if (dependsOn === undefined || typeof dependsOn === 'function') return;
  if (Array.isArray(dependsOn) && dependsOn.every(isBaseRegistry)) return;
  throw new OptionsInvalidError(`${name}.dependsOn`, dependsOn, 'a list of registries, or a function that gives one');
}

function isBaseRegistry(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ACQUIRE_AS_BASE in value;
}
