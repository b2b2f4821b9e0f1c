import { CachedTenantCatalog, fromHost, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import { getTenantClientRegistryToken, getTenantClientToken } from '@tenantry/core';
import { nest12 } from '../http/setups/nest12.mjs';
import { BASE_DOMAIN, tenantIds } from '../http/tenants.mjs';
import { CountedClient, createFactsApp, makeClient } from './facts-app.mjs';
import { allUnknown } from './unknown-tenants.mjs';

/** No cached "unknown" expires before it is counted. */
const HOUR_MS = 3_600_000;

/** This library, with a cached catalog and one client kind. */
export async function create({ tenants }) {
  const records = tenantIds(tenants).map((id) => ({ id, domain: `${id}.tenants.example` }));
  const catalog = new CachedTenantCatalog(new InMemoryTenantCatalog(records), { negativeTtlMs: HOUR_MS });
  const app = await createFactsApp(nest12('express'), {
    imports: [
      MultitenancyModule.forRoot({
        catalog,
        resolvers: [fromHost({ baseDomain: BASE_DOMAIN })],
      }),
      MultitenancyModule.forFeature({
        name: 'db',
        create: ({ id }) => makeClient(id),
        dispose: (client) => client.close(),
      }),
    ],
    token: getTenantClientToken('db'),
    use: (client) => client.tenant(),
  });
  const registry = app.get(getTenantClientRegistryToken('db'));
  return {
    app,
    counts: () => ({ created: CountedClient.created, closed: CountedClient.closed }),
    entries: () => registry.size + allUnknown().filter((name) => catalog.peekByIdentifier(name) !== undefined).length,
    evict: () => registry.evict(tenantIds(1)[0]),
  };
}
