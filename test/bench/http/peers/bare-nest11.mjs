import { createApp, injectable } from '../app.mjs';
import { NO_TENANT } from '../tenants.mjs';
import { nest11 } from './nest11.mjs';

/** The peers' Nest alone, to separate what the peers cost from what their Nest costs. */
export function create({ adapter, depth }) {
  const nest = nest11(adapter);
  class Bottom {
    tenant() {
      return NO_TENANT;
    }
  }
  return createApp(nest, { depth, bottom: injectable(nest, Bottom) });
}
