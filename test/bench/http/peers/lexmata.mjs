import { MultiTenantModule, RequireTenant, TenantContextService, TenantGuard } from '@lexmata/nestjs-multi-tenant';
import { createApp, injectable } from '../app.mjs';
import { tenantIds } from '../tenants.mjs';
import { nest11 } from './nest11.mjs';

/** The module over a `Map` of tenants with its cache, tenant required: what its README shows, by subdomain. */
export function multiTenancy(tenants) {
  const known = new Map(tenantIds(tenants).map((id) => [id, { id }]));
  return MultiTenantModule.forRoot({
    extractionStrategy: 'subdomain',
    tenantResolver: (id) => known.get(id) ?? null,
    tenantResolverCache: { enabled: true, ttl: 3_600_000, max: 2 * tenants },
    requireTenant: true,
  });
}

/** `@lexmata/nestjs-multi-tenant`, read through its context service behind its guard. */
export function create({ adapter, depth, tenants }) {
  const nest = nest11(adapter);
  class Bottom {
    constructor(context) {
      this.context = context;
    }
    tenant() {
      return this.context.getTenantId();
    }
  }
  const bottom = injectable(nest, Bottom, [TenantContextService]);
  const decorators = [nest.common.UseGuards(TenantGuard), RequireTenant()];
  return createApp(nest, { depth, bottom, imports: [multiTenancy(tenants)], decorators });
}
