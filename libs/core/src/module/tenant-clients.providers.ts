import type { Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ClientDeclarations } from '../clients/reach/client-declarations.js';
import { HandlerClients } from '../clients/reach/handler-clients.js';
import { RegistryScopeClients } from '../clients/registry-scope-clients.js';
import { ScopeClients } from '../context/scope-clients.js';
import { TenantClientRegistries } from '../clients/tenant-client-registries.js';

/** What has scopes acquire clients. @internal */
export const CLIENT_PROVIDERS: Provider[] = [
  HandlerClients,
  {
    provide: ClientDeclarations,
    inject: [ModulesContainer],
    useFactory: (modules: ModulesContainer) => new ClientDeclarations(modules.values()),
  },
  {
    provide: ScopeClients,
    inject: [TenantClientRegistries, HandlerClients, ClientDeclarations],
    useFactory: (kinds: TenantClientRegistries, handlers: HandlerClients, declarations: ClientDeclarations) =>
      new RegistryScopeClients(kinds, handlers, declarations),
  },
];
