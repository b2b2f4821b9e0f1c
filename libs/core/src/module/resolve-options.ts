import { CronTime } from 'cron';
import type { ErrorDetail } from '../errors/error-detail.js';
import { OptionsInvalidError } from '../errors/usage.errors.js';
import { CentralRoutes } from '../guards/central-routes.js';
import type { TenantMembership } from '../guards/tenant-membership.guard.js';
import { TenantSettings } from '../tenant/tenant-settings.js';
import { resolveLoading } from '../clients/loading/loading-options.js';
import type { ResolvedLoading } from '../clients/loading/loading-options.js';
import type { MessagesOptions, MultitenancyOptions } from './multitenancy.options.js';
import { systemClock } from '../kernel/clock.js';
import type { Clock } from '../kernel/clock.js';
import { booleanOption, choiceOption, functionOption, methodsOption, objectOption } from '../kernel/option-checks.js';
import type { RegistryLimits } from '../registry/registry-options.js';
import { resolveRegistryLimits } from '../registry/resolve-registry-options.js';
import { resolverOf } from '../resolution/tenant-resolver.js';
import type { TenantResolver } from '../resolution/tenant-resolver.js';
import { resolveShutdown } from './shutdown/shutdown-options.js';
import type { ResolvedShutdown } from './shutdown/shutdown-options.js';
import type { TenantCatalogReader } from '../catalog/tenant-catalog.js';

/** The options of the module, complete, checked and frozen. */
export interface ResolvedMultitenancyOptions {
  readonly catalog: TenantCatalogReader;
  readonly resolvers: readonly TenantResolver[];
  readonly guard: 'global' | 'manual';
  readonly membership: TenantMembership | null;
  readonly central: CentralRoutes;
  readonly serverless: boolean;
  readonly loading: ResolvedLoading;
  readonly clients: RegistryLimits;
  readonly cleanup: { readonly cron: string; readonly enabled: boolean };
  readonly messages: { readonly secrets: readonly string[] };
  readonly settings: TenantSettings<object>;
  readonly errorDetail: ErrorDetail;
  readonly startupChecks: 'warn' | 'off';
  readonly shutdown: ResolvedShutdown;
  readonly clock: Clock;
}

const MIN_SECRET_LENGTH = 16;

const EVERY_MINUTE = '0 * * * * *';
const CATALOG_METHODS = ['findByIdentifier', 'findById', 'list'] as const;

/**
 * Fills in defaults and checks every option. Synchronous and asynchronous set-up share it.
 *
 * @throws {@link OptionsInvalidError} `MT_OPTIONS_INVALID` with the option's name, its value and what is allowed
 */
export function resolveOptions(options: MultitenancyOptions): ResolvedMultitenancyOptions {
  const { membership = null, cleanup = {}, clients = {}, clock = systemClock } = objectOption('options', options);
  if (membership !== null) functionOption('membership', membership, 'a function (principal, tenant) => boolean');
  return Object.freeze({
    catalog: checkedCatalog(options.catalog),
    resolvers: checkedResolvers(options.resolvers),
    guard: choiceOption('guard', options.guard, ['global', 'manual']),
    membership,
    central: new CentralRoutes(options.central),
    serverless: booleanOption('serverless', options.serverless ?? false),
    loading: resolveLoading(options.loading),
    clients: resolveRegistryLimits('clients', clients),
    cleanup: Object.freeze({ cron: checkedCron(cleanup.cron ?? EVERY_MINUTE), enabled: cleanup.enabled ?? true }),
    messages: Object.freeze({ secrets: checkedSecrets(options.messages) }),
    settings: new TenantSettings(options.settings),
    errorDetail: choiceOption('errorDetail', options.errorDetail, ['full', 'opaque']),
    startupChecks: choiceOption('startupChecks', options.startupChecks, ['warn', 'off']),
    shutdown: resolveShutdown(options.shutdown),
    clock,
  });
}

function checkedCatalog(catalog: TenantCatalogReader): TenantCatalogReader {
  return methodsOption(
    'catalog',
    catalog,
    CATALOG_METHODS,
    `a TenantCatalogReader (an object with ${CATALOG_METHODS.join(', ')})`,
  );
}

function checkedResolvers(resolvers: MultitenancyOptions['resolvers']): readonly TenantResolver[] {
  if (!Array.isArray(resolvers) || resolvers.length === 0) {
    throw new OptionsInvalidError('resolvers', resolvers, 'at least one resolver, such as fromHost()');
  }
  return (resolvers as MultitenancyOptions['resolvers']).map((resolver, index) => {
    if (typeof resolver !== 'function' && typeof resolver?.resolve !== 'function') {
      throw new OptionsInvalidError(`resolvers[${index}]`, resolver, 'a resolver or a function');
    }
    return resolverOf(resolver);
  });
}

/** The value of a secret is never shown. */
function checkedSecrets({ secrets = [] }: MessagesOptions = {}): readonly string[] {
  const fits = (secret: unknown): boolean => typeof secret === 'string' && secret.length >= MIN_SECRET_LENGTH;
  if (Array.isArray(secrets) && secrets.every(fits)) return Object.freeze([...(secrets as readonly string[])]);
  const allowed = `a list of secrets, each of ${MIN_SECRET_LENGTH} characters or more`;
  throw new OptionsInvalidError('messages.secrets', Array.isArray(secrets) ? '[hidden]' : typeof secrets, allowed);
}

function checkedCron(cron: string): string {
  try {
    new CronTime(cron);
    return cron;
  } catch {
    throw new OptionsInvalidError(
      'cleanup.cron',
      cron,
      'a cron expression of five or six fields, such as "0 * * * * *"',
    );
  }
}
