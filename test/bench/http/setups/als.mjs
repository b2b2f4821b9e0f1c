import { AsyncLocalStorage } from 'node:async_hooks';
import { createApp, injectable } from '../app.mjs';
import { tenantIds, tenantOfHost } from '../tenants.mjs';
import { nest12 } from './nest12.mjs';

/** Middleware by hand over AsyncLocalStorage and a `Map` of tenants, as the recipe in Nest's documentation. No guard. */
export function create({ adapter, depth, tenants }) {
  const nest = nest12(adapter);
  const storage = new AsyncLocalStorage();
  const known = new Map(tenantIds(tenants).map((id) => [id, { id }]));
  class Bottom {
    tenant() {
      return storage.getStore().id;
    }
  }
  const middleware = (consumer) =>
    consumer
      .apply((request, _response, next) => storage.run(known.get(tenantOfHost(request.headers.host)), () => next()))
      .forRoutes('*path');
  return createApp(nest, { depth, bottom: injectable(nest, Bottom), middleware });
}
