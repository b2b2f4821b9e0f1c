import { TenantContext } from '@tenantry/core';
import { createApp, injectable } from '../app.mjs';
import { nest12 } from './nest12.mjs';
import { multitenancy } from './with-tenantry.mjs';

/** A tenant route: resolver, context, catalog cache, guard; no client. */
export function create({ adapter, depth, tenants, imports = [] }) {
  const nest = nest12(adapter);
  class Bottom {
    constructor(context) {
      this.context = context;
    }
    tenant() {
      return this.context.tenant.id;
    }
  }
  const bottom = injectable(nest, Bottom, [TenantContext]);
  return createApp(nest, { depth, bottom, imports: [multitenancy(tenants), ...imports] });
}
