import { CachedTenantCatalog, fromHost, InMemoryTenantCatalog, MultitenancyModule } from '@tenantry/core';
import { BASE_DOMAIN, tenantIds } from '../tenants.mjs';

const HOUR_MS = 3_600_000;

/** The module with its defaults, but with capacity for all tenants and clients, and a catalog cache in which nothing expires while the bench runs. */
export function multitenancy(tenants) {
  const records = tenantIds(tenants).map((id) => ({ id, domain: `${id}.tenants.example` }));
  return MultitenancyModule.forRoot({
    catalog: new CachedTenantCatalog(new InMemoryTenantCatalog(records), { ttlMs: HOUR_MS, maxEntries: 2 * tenants }),
    resolvers: [fromHost({ baseDomain: BASE_DOMAIN })],
    clients: { maxClients: 2 * tenants },
  });
}

/** A client kind whose clients only know their tenant. */
export function clientKind(name) {
  return MultitenancyModule.forFeature({ name, create: ({ id }) => ({ tenant: () => id }) });
}
