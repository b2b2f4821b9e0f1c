import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { ClsModule, ClsService } from 'nestjs-cls';
import { createTenantClientProxy } from './clients/tenant-client-proxy.js';
import { createTenantClientRegistry } from './clients/tenant-client-provider.js';
import { TenantClientKinds } from './registry/tenant-client-kinds.js';
import {
  DEFAULT_CLIENT_KIND,
  getTenantClientRegistryToken,
  getTenantClientToken,
} from './clients/tenant-client-tokens.js';
import { MULTITENANCY_OPTIONS } from './multitenancy.tokens.js';
import type { TenantClientAsyncFeature, TenantClientOptions } from './multitenancy.options.js';
import { TenantClientRegistry } from './registry/tenant-client-registry.js';
import type { ResolvedMultitenancyOptions } from './resolve-options.js';
import { TenantDirectory } from './tenant/tenant-directory.js';

/** One client kind: its registry, and the singleton that stands for the current tenant's client. @internal */
@Module({})
export class TenantClientsModule {
  static forKind<C, O>({
    name = DEFAULT_CLIENT_KIND,
    imports = [],
    inject = [],
    useFactory,
  }: TenantClientAsyncFeature<C, O>): DynamicModule {
    const options = `tenantry:client-options:${name}`;
    const providers: Provider[] = [
      { provide: options, inject, useFactory },
      registryProvider(name, options),
      {
        provide: getTenantClientToken(name),
        inject: [ClsService],
        useFactory: (cls: ClsService) => createTenantClientProxy(name, cls),
      },
      ...(name === DEFAULT_CLIENT_KIND
        ? [{ provide: TenantClientRegistry, useExisting: getTenantClientRegistryToken(name) }]
        : []),
    ];
    const exported = [getTenantClientToken(name), getTenantClientRegistryToken(name)];
    return {
      module: TenantClientsModule,
      imports: [ClsModule, ...imports],
      providers,
      exports: name === DEFAULT_CLIENT_KIND ? [...exported, TenantClientRegistry] : exported,
    };
  }
}

function registryProvider(name: string, optionsToken: string): Provider {
  return {
    provide: getTenantClientRegistryToken(name),
    inject: [optionsToken, MULTITENANCY_OPTIONS, TenantDirectory, TenantClientKinds],
    useFactory: (
      options: TenantClientOptions,
      { clients, clock }: ResolvedMultitenancyOptions,
      directory: TenantDirectory,
      kinds: TenantClientKinds,
    ) => {
      const registry = createTenantClientRegistry(name, options, clients, clock, directory, kinds);
      kinds.register(registry);
      return registry;
    },
  };
}
