import { getTenantClientToken } from '@tenantry/core';
import { createApp, injectable } from '../app.mjs';
import { nest12 } from './nest12.mjs';
import { clientKind, multitenancy } from './with-tenantry.mjs';

/** As with one client, with two of different kinds. */
export function create({ adapter, depth, tenants }) {
  const nest = nest12(adapter);
  class Bottom {
    constructor(database, cloud) {
      this.database = database;
      this.cloud = cloud;
    }
    tenant() {
      const tenant = this.database.tenant();
      return tenant === this.cloud.tenant() ? tenant : 'two tenants';
    }
  }
  const bottom = injectable(nest, Bottom, [getTenantClientToken('db'), getTenantClientToken('cloud')]);
  const imports = [multitenancy(tenants), clientKind('db'), clientKind('cloud')];
  return createApp(nest, { depth, bottom, imports });
}
