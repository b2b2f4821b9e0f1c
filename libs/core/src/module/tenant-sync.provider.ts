import type { FactoryProvider } from '@nestjs/common';
import { OpenScopes } from '../context/open-scopes.js';
import { MULTITENANCY_OPTIONS } from './multitenancy.tokens.js';
import { TenantSync } from '../sync/tenant-sync.js';
import { TenantClientRegistries } from '../clients/tenant-client-registries.js';
import type { ResolvedMultitenancyOptions } from './resolve-options.js';
import { TenantDirectory } from '../catalog/tenant-directory.js';

/** What this node does when tenants change. */
export const TENANT_NODE: FactoryProvider<TenantSync> = {
  provide: TenantSync,
  inject: [MULTITENANCY_OPTIONS, TenantDirectory, TenantClientRegistries, OpenScopes],
  useFactory: (
    { catalog, clock }: ResolvedMultitenancyOptions,
    directory: TenantDirectory,
    kinds: TenantClientRegistries,
    scopes: OpenScopes,
  ) => new TenantSync({ catalog, directory, kinds, scopes, clock }),
};
