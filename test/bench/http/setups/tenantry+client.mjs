import { getTenantClientToken } from '@tenantry/core';
import { createApp, injectable } from '../app.mjs';
import { nest12 } from './nest12.mjs';
import { clientKind, multitenancy } from './with-tenantry.mjs';

/** A tenant route with one existing client: leased, used, released. */
export function create({ adapter, depth, tenants }) {
  const nest = nest12(adapter);
  class Bottom {
    constructor(client) {
      this.client = client;
    }
    tenant() {
      return this.client.tenant();
    }
  }
  const bottom = injectable(nest, Bottom, [getTenantClientToken('db')]);
  return createApp(nest, { depth, bottom, imports: [multitenancy(tenants), clientKind('db')] });
}
