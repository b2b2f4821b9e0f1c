import type { FactoryProvider } from '@nestjs/common';
import { OpenScopes } from '../context/open-scopes.js';
import { MULTITENANCY_OPTIONS } from './multitenancy.tokens.js';
import { TenantNode } from '../sync/tenant-sync.js';
import { TenantClientKinds } from '../clients/tenant-client-registries.js';
import type { ResolvedMultitenancyOptions } from './resolve-options.js';
import { TenantDirectory } from '../catalog/tenant-directory.js';

/** What this node does when tenants change. */
export const TENANT_NODE: FactoryProvider<TenantNode> = {
  provide: TenantNode,
  inject: [MULTITENANCY_OPTIONS, TenantDirectory, TenantClientKinds, OpenScopes],
  useFactory: (
    { catalog, clock }: ResolvedMultitenancyOptions,
    directory: TenantDirectory,
    kinds: TenantClientKinds,
    scopes: OpenScopes,
  ) => new TenantNode({ catalog, directory, kinds, scopes, clock }),
};
