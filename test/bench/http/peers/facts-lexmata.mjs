import { MultiTenantModule, TenantContextService, TenantMiddleware } from '@lexmata/nestjs-multi-tenant';
import { createFactsApp } from '../../peers/facts-app.mjs';
import { tenantIds } from '../tenants.mjs';
import { nest11 } from './nest11.mjs';

/** The module with a resolver and its cache, as its README has it; it has no clients. */
export async function create({ tenants }) {
  const known = new Map(tenantIds(tenants).map((id) => [id, { id }]));
  const module = MultiTenantModule.forRoot({
    extractionStrategy: 'subdomain',
    tenantResolver: (id) => known.get(id) ?? null,
    tenantResolverCache: { enabled: true },
    requireTenant: true,
  });
  const use = (context) => context.getTenantId();
  const app = await createFactsApp(nest11('express'), { imports: [module], token: TenantContextService, use });
  const middleware = app.get(TenantMiddleware, { strict: false });
  return {
    app,
    counts: () => ({ created: null, closed: null }),
    entries: () => middleware.getCacheStats().size,
  };
}
