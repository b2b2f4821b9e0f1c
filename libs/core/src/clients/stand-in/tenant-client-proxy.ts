import type { ClsService } from 'nestjs-cls';
import { currentScope } from '../../context/scope-store.js';
import { TenantContextMissingError } from '../../errors/usage.errors.js';
import { createStandIn } from './stand-in.js';
import type { StandInShape } from './stand-in.js';
import type { StandInSource } from './stand-in-members.js';

/**
 * Makes the singleton that stands for the current tenant's client of a kind. Whatever is done with it is done with the
 * client that the running scope has leased; where the scope has none it throws, whether or not the client exists.
 */
export function createTenantClientProxy(kind: string, cls: ClsService, shape: StandInShape = 'function'): object {
  return createStandIn(tenantClientSource(kind, cls), shape, `tenant client ${kind}`);
}

/** Where the current tenant's client of a kind is found. */
export function tenantClientSource(kind: string, cls: ClsService): StandInSource {
  const find = (): object | undefined => currentScope(cls)?.client(kind) as object | undefined;
  return { find, current: () => find() ?? missing(kind) };
}

function missing(kind: string): never {
  throw new TenantContextMissingError(`the ${kind} client was used outside of any tenant scope`);
}
