import { OptionsInvalidError, systemClock } from '@tenantry/core';
import type { Clock, TenantClientRegistry } from '@tenantry/core';
import { functionOption, numberOption, objectOption } from '@tenantry/core/spi';
import { ObservedSecrets } from '../port/observed-secrets.js';

/** How often and how fast credentials are compared. */
export interface RotationLimits {
  /** Milliseconds between two comparisons of all live tenants, 1,000 to 86,400,000; jitter of up to a tenth is added. Default 60,000. */
  readonly everyMs?: number;
  /** Tenants that are compared at the same time, 1 to 1,000. Default 8. */
  readonly concurrency?: number;
  /** Default: the system's monotonic clock. */
  readonly clock?: Clock;
  /** Milliseconds since 1970, for `expiresAt`. Default `Date.now`. */
  readonly now?: () => number;
  /** Source of jitter, 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

/** What is needed of a registry of clients, of whatever type they are. */
export type RotatedRegistry = Pick<TenantClientRegistry<unknown>, 'name' | 'on' | 'has' | 'entries' | 'refresh'>;

/** Options of {@link ClientRotation}. */
export interface ClientRotationOptions extends RotationLimits {
  /** The registry of the clients, or a function that gives it at the start. */
  readonly registry: RotatedRegistry | (() => RotatedRegistry);
  /** Where their factory reads the credentials: the same object. */
  readonly secrets: ObservedSecrets;
}

/** {@link ClientRotationOptions}, checked and with the defaults filled in. */
export interface ResolvedRotationOptions extends Required<RotationLimits> {
  readonly registry: () => RotatedRegistry;
  readonly secrets: ObservedSecrets;
}

/** Checks the options and fills in the defaults. @throws `MT_OPTIONS_INVALID` */
export function resolveRotationOptions(options: ClientRotationOptions): ResolvedRotationOptions {
  const { registry, secrets, ...limits } = objectOption('ClientRotation', options);
  const find = typeof registry === 'function' ? registry : () => registry;
  if (find !== registry) objectOption('ClientRotation.registry', registry);
  return {
    ...resolveRotationLimits(limits),
    registry: find,
    secrets: observedOption('rotateClients.secrets', secrets),
  };
}

/** Checks the limits and fills in the defaults. @throws `MT_OPTIONS_INVALID` */
export function resolveRotationLimits(limits: RotationLimits): Required<RotationLimits> {
  const { everyMs = 60_000, concurrency = 8, clock = systemClock, now = Date.now, random = Math.random } = limits;
  return {
    everyMs: numberOption('rotateClients.everyMs', everyMs, { min: 1_000, max: 86_400_000, whole: true }),
    concurrency: numberOption('rotateClients.concurrency', concurrency, { min: 1, max: 1_000, whole: true }),
    clock: objectOption('rotateClients.clock', clock),
    now: functionOption('rotateClients.now', now, 'a function that gives milliseconds since 1970'),
    random: functionOption('rotateClients.random', random, 'a function that gives 0 to 1'),
  };
}

/** Secrets whose reads can be followed. @throws `MT_OPTIONS_INVALID` */
export function observedOption(option: string, secrets: unknown): ObservedSecrets {
  if (secrets instanceof ObservedSecrets) return secrets;
  throw new OptionsInvalidError(
    option,
    secrets,
    'what vaultSecrets, fileSecrets and the like give, or observedSecrets(yourOwn), which the factory uses as well',
  );
}
