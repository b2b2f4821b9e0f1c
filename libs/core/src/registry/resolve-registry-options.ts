import { OptionsInvalidError } from '../errors/usage.errors.js';
import { systemClock } from '../kernel/clock.js';
import type { Clock } from '../kernel/clock.js';
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

interface Range {
  readonly min: number;
  readonly exclusive?: boolean;
  readonly whole?: boolean;
  readonly infinite?: boolean;
}

const DURATION: Range = { min: 0, exclusive: true };
const RANGES: Readonly<Record<keyof RegistryLimits, Range>> = {
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
  if (typeof options !== 'object' || options === null) throw new OptionsInvalidError('options', options, 'an object');
  const { name } = options;
  if (typeof name !== 'string' || name.trim() === '')
    throw new OptionsInvalidError('name', name, 'a client kind such as "db"');
  requireFunction(name, 'create', options.create, false);
  for (const optional of ['dispose', 'weigh', 'check', 'random'] as const)
    requireFunction(name, optional, options[optional], true);
  requireBases(name, options.dependsOn);
  if (options.exclusive !== undefined && typeof options.exclusive !== 'boolean')
    throw new OptionsInvalidError(`${name}.exclusive`, options.exclusive, 'true or false');
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
    if (!isInRange(value, RANGES[limit]))
      throw new OptionsInvalidError(`${name}.${limit}`, value, describe(RANGES[limit]));
    return [limit, value] as const;
  });
  return Object.fromEntries(pairs) as unknown as RegistryLimits;
}

function requireFunction(name: string, option: string, value: unknown, optional: boolean): void {
  if (typeof value === 'function' || (optional && value === undefined)) return;
  throw new OptionsInvalidError(`${name}.${option}`, value, 'a function');
}

function requireBases(name: string, dependsOn: unknown): void {
  if (dependsOn === undefined || typeof dependsOn === 'function') return;
  if (Array.isArray(dependsOn) && dependsOn.every(isBaseRegistry)) return;
  throw new OptionsInvalidError(`${name}.dependsOn`, dependsOn, 'a list of registries, or a function that gives one');
}

function isBaseRegistry(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ACQUIRE_AS_BASE in value;
}

function isInRange(
  value: unknown,
  { min, exclusive = false, whole = false, infinite = false }: Range,
): value is number {
  if (typeof value !== 'number' || Number.isNaN(value)) return false;
  if (value === Infinity) return infinite;
  return (exclusive ? value > min : value >= min) && (!whole || Number.isInteger(value));
}

function describe({ min, exclusive = false, whole = false, infinite = false }: Range): string {
  const kind = whole ? 'a whole number' : 'a number';
  return `${kind} ${exclusive ? 'above' : 'of at least'} ${min}${infinite ? ', or Infinity' : ''}`;
}
