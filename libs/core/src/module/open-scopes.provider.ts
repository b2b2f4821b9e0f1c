import type { FactoryProvider } from '@nestjs/common';
import { OpenScopes } from '../context/open-scopes.js';
import { ScopeClients } from '../context/scope-clients.js';
import { ScopeHooks } from '../context/scope-hooks.js';
import { ShutdownSignals } from '../context/shutdown-signals.js';
import { MULTITENANCY_OPTIONS } from './multitenancy.tokens.js';
import type { ResolvedMultitenancyOptions } from './resolve-options.js';
import type { InvalidatableTenantCatalog, TenantCatalogReader } from '../catalog/tenant-catalog.js';
import { TenantDirectory } from '../catalog/tenant-directory.js';

/** The open scopes of the application, checked when the catalog drops records and aborted at the deadline of the shutdown. */
export const OPEN_SCOPES: FactoryProvider<OpenScopes> = {
  provide: OpenScopes,
  inject: [MULTITENANCY_OPTIONS, ScopeClients, TenantDirectory, ShutdownSignals, ScopeHooks],
  useFactory: (
    { catalog, clock }: ResolvedMultitenancyOptions,
    clients: ScopeClients,
    directory: TenantDirectory,
    { deadline }: ShutdownSignals,
    hooks: ScopeHooks,
  ) => {
    const scopes = new OpenScopes({ clients, directory, clock, hooks });
    const source: TenantCatalogReader & Partial<InvalidatableTenantCatalog> = catalog;
    // What it drops may have changed.
    source.onInvalidated?.((tenantIds) => void scopes.recheck(tenantIds));
    deadline.addEventListener('abort', () => scopes.abortAll(), { once: true });
    return scopes;
  },
};
