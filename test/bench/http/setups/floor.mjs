import { AsyncLocalStorage } from 'node:async_hooks';
import { createApp, injectable } from '../app.mjs';
import { tenantIds, tenantOfHost } from '../tenants.mjs';
import { nest12 } from './nest12.mjs';

/** The least that a context and a guard can cost: a hook of the adapter, AsyncLocalStorage, a `Map` of tenants, a global guard. */
export function create({ adapter, depth, tenants }) {
  const nest = nest12(adapter);
  const storage = new AsyncLocalStorage();
  const known = new Map(tenantIds(tenants).map((id) => [id, { id }]));
  class Bottom {
    tenant() {
      return storage.getStore().id;
    }
  }
  return createApp(nest, { depth, bottom: injectable(nest, Bottom) }).then((app) => {
    app
      .getHttpAdapter()
      .setOnRequestHook((request, _response, done) => storage.run(known.get(tenantOfHost(request.headers.host)), done));
    app.useGlobalGuards({ canActivate: () => storage.getStore() !== undefined });
    return app;
  });
}
