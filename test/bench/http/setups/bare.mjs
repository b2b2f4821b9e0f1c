import { createApp, injectable } from '../app.mjs';
import { NO_TENANT } from '../tenants.mjs';
import { nest12 } from './nest12.mjs';

/** Nest alone: no tenant is resolved. */
export function create({ adapter, depth }) {
  const nest = nest12(adapter);
  class Bottom {
    tenant() {
      return NO_TENANT;
    }
  }
  return createApp(nest, { depth, bottom: injectable(nest, Bottom) });
}
