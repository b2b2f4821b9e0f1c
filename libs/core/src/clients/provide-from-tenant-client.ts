import type { FactoryProvider, InjectionToken } from '@nestjs/common';
import { ClsServiceManager } from 'nestjs-cls';
import { createStandIn } from './stand-in/stand-in.js';
import type { StandInSource } from './stand-in/stand-in-members.js';
import { tenantClientSource } from './stand-in/tenant-client-proxy.js';
import { DEFAULT_CLIENT_KIND, getTenantClientToken } from './tenant-client-tokens.js';

/** What {@link provideFromTenantClient} takes. */
export interface TenantClientDerivation<TClient extends object, TDerived extends object> {
  /** Token under which the derived object is injected. */
  readonly provide: InjectionToken;
  /** Name given to `forFeature`. Default `default`. */
  readonly kind?: string;
  /** Makes it from a tenant's client: synchronous, without side effects. Called once for each client, in the tenant's scope. */
  readonly derive: (client: TClient) => TDerived;
}

/**
 * A provider of what is taken from the current tenant's client: a repository, a model, a collection. It is a singleton which
 * stands for the current tenant's, and what injects it acquires the client as `@InjectTenantClient` does. The objects are
 * kept as long as their clients.
 *
 * @example
 * provideFromTenantClient({ provide: USERS, kind: 'db', derive: (db: DataSource) => db.getRepository(User) })
 */
export function provideFromTenantClient<TClient extends object, TDerived extends object>({
  provide,
  kind = DEFAULT_CLIENT_KIND,
  derive,
}: TenantClientDerivation<TClient, TDerived>): FactoryProvider {
  return {
    provide,
    inject: [getTenantClientToken(kind)],
    useFactory: () => {
      const source = tenantClientSource(kind, ClsServiceManager.getClsService());
      const name = `derived from tenant client ${kind}`;
      return createStandIn(
        derivedSource(source, (client) => derive(client as TClient)),
        'function',
        name,
      );
    },
  };
}

function derivedSource(source: StandInSource, derive: (client: object) => object): StandInSource {
  const derived = new WeakMap<object, object>();
  const of = (client: object): object => {
    const known = derived.get(client);
    if (known !== undefined) return known;
    const made = derive(client);
    derived.set(client, made);
    return made;
  };
  return {
    current: () => of(source.current()),
    find: () => {
      const client = source.find();
      return client === undefined ? undefined : of(client);
    },
  };
}
