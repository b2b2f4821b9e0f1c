import { ActiveRecords } from './active-records.js';
import { assertShape } from './stand-in/client-shape.js';
import type { StandInShape } from './stand-in/stand-in.js';
import { OptionsInvalidError } from '../errors/usage.errors.js';
import type { Clock } from '../kernel/clock.js';
import type { RegistryLimits, TenantClientRegistryOptions } from '../registry/registry-options.js';
import type { TenantClientRegistries } from './tenant-client-registries.js';
import { madeForServed } from './unserved-tenants.js';
import { TenantClientRegistry } from '../registry/tenant-client-registry.js';
import type { TenantDirectory } from '../catalog/tenant-directory.js';
import type { Tenant } from '../tenant/tenant.js';

/** A factory that takes the tenant's record in place of its id. */
interface RecordFactoryOptions<TClient, TOptions> extends Omit<
  TenantClientRegistryOptions<TClient, TOptions>,
  'name' | 'create' | 'clock' | 'dependsOn'
> {
  readonly dependsOn?: readonly string[] | undefined;
  readonly create: (
    tenant: Tenant,
    context: Parameters<TenantClientRegistryOptions<TClient, TOptions>['create']>[1],
  ) => TClient | Promise<TClient>;
}

/** What the registry of a client kind is made of. */
export interface ClientRegistryParts<TClient, TOptions> {
  readonly name: string;
  readonly options: RecordFactoryOptions<TClient, TOptions>;
  /** What the injected client can stand for. */
  readonly shape: StandInShape;
  readonly defaults: RegistryLimits;
  readonly clock: Clock;
  readonly directory: TenantDirectory;
  readonly kinds: TenantClientRegistries;
}

/**
 * Makes the registry of a client kind: its factory gets the catalog's record of an active tenant, and what it delivers is
 * refused where the injected client could not stand for it.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function createTenantClientRegistry<TClient, TOptions>({
  name,
  options,
  shape,
  defaults,
  clock,
  directory,
  kinds,
}: ClientRegistryParts<TClient, TOptions>): TenantClientRegistry<TClient, TOptions> {
  const { create, dependsOn = [], ...limits } = options;
  assertFeature(name, create, dependsOn);
  const check = clientCheck(name, shape);
  return new TenantClientRegistry<TClient, TOptions>({
    ...defaults,
    ...limits,
    name,
    clock,
    applicationId: kinds.applicationId,
    dependsOn: () => dependsOn.map((kind) => kinds.baseOf(kind)),
    create: (tenantId, context) =>
      madeForServed(directory, tenantId, kinds.origins, async (tenant) => {
        const client = await create(tenant, context);
        return disposedUnless(() => check(client, tenant.id), client, tenant.id, options);
      }),
  });
}

/** Makes what refuses the clients of a kind that cannot be handed out, by throwing why. */
function clientCheck(name: string, shape: StandInShape): (client: unknown, tenantId: string) => void {
  const records = new ActiveRecords(name);
  return (client, tenantId) => {
    assertShape(name, client, shape);
    records.assertNone(client, tenantId);
  };
}

/** A client that no scope can use, or whose models would serve other tenants too, is disposed at once, and never handed out. */
async function disposedUnless<TClient>(
  check: () => void,
  client: TClient,
  tenantId: string,
  { dispose }: Pick<RecordFactoryOptions<TClient, never>, 'dispose'>,
): Promise<TClient> {
  try {
    check();
    return client;
  } catch (error) {
    if (client === null || client === undefined) throw error;
    const disposal = async (): Promise<unknown> => dispose?.(client, { tenantId, cause: 'invalidated' });
    await disposal().catch(() => undefined);
    throw error;
  }
}

function assertFeature(name: string, create: unknown, dependsOn: unknown): void {
  if (typeof create !== 'function')
    throw new OptionsInvalidError(`${name}.create`, create, 'a function (tenant, context) => client');
  if (Array.isArray(dependsOn) && dependsOn.every((kind) => typeof kind === 'string')) return;
  throw new OptionsInvalidError(`${name}.dependsOn`, dependsOn, 'a list of client kinds');
}
