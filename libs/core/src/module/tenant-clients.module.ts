import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ClsModule, ClsService } from 'nestjs-cls';
import { asClientFactory, ClientDeclarations } from '../clients/reach/client-declarations.js';
import { clientShape } from '../clients/stand-in/client-shape.js';
import { createTenantClientProxy } from '../clients/stand-in/tenant-client-proxy.js';
import { createTenantClientRegistry } from '../clients/tenant-client-provider.js';
import { OptionsInvalidError } from '../errors/usage.errors.js';
import { TenantClientRegistries } from '../clients/tenant-client-registries.js';
import {
  DEFAULT_CLIENT_KIND,
  getTenantClientOptionsToken,
  getTenantClientRegistryToken,
  getTenantClientToken,
} from '../clients/tenant-client-tokens.js';
import { MULTITENANCY_OPTIONS } from './multitenancy.tokens.js';
import type { TenantClientAsyncFeature, TenantClientOptions } from './multitenancy.options.js';
import { ACQUIRE_AS_BASE } from '../registry/base-registry.js';
import type { BaseRegistry } from '../registry/base-registry.js';
import { TenantClientRegistry } from '../registry/tenant-client-registry.js';
import type { ResolvedMultitenancyOptions } from './resolve-options.js';
import { TenantDirectory } from '../catalog/tenant-directory.js';

/** One client kind: its registry, and the singleton that stands for the current tenant's client. @internal */
@Module({})
export class TenantClientsModule {
  static forKind<C, O>({
    name = DEFAULT_CLIENT_KIND,
    imports = [],
    inject = [],
    useFactory,
  }: TenantClientAsyncFeature<C, O>): DynamicModule {
    const providers: Provider[] = [
      { provide: getTenantClientOptionsToken(name), inject, useFactory },
      registryProvider(name),
      clientProvider(name),
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

/** Does not wait for the registry: options of the root module may be made with a service that injects the client. */
function clientProvider(name: string): Provider {
  return {
    provide: getTenantClientToken(name),
    inject: [ClsService, getTenantClientOptionsToken(name), ModulesContainer],
    useFactory: asClientFactory((cls: ClsService, options: TenantClientOptions, modules: ModulesContainer) =>
      createTenantClientProxy(name, cls, clientShape(name, options.shape, modules)),
    ),
  };
}

/** What the root module provides. */
type OfRoot = [ResolvedMultitenancyOptions, TenantDirectory, TenantClientRegistries, ClientDeclarations];
const OF_ROOT = [MULTITENANCY_OPTIONS, TenantDirectory, TenantClientRegistries, ClientDeclarations];

function registryProvider(name: string): Provider {
  return {
    provide: getTenantClientRegistryToken(name),
    // Optional for Nest, so that the absence of the root module is reported here.
    inject: [
      getTenantClientOptionsToken(name),
      ModulesContainer,
      ...OF_ROOT.map((token) => ({ token, optional: true })),
    ],
    useFactory: (options: TenantClientOptions, modules: ModulesContainer, ...root: Partial<OfRoot>) => {
      if (!isThere(root)) throw missingRoot(name);
      const [{ clients: defaults, clock }, directory, kinds, declarations] = root;
      const shape = clientShape(name, options.shape, modules);
      const registry = createTenantClientRegistry({ name, options, shape, defaults, clock, directory, kinds });
      if (declarations.isOverridden(name)) kinds.replace(replacedBase(name, modules));
      else kinds.register(registry, options.acquire, options.dependsOn);
      return registry;
    },
  };
}

function isThere(root: Partial<OfRoot>): root is OfRoot {
  return root.every((part) => part !== undefined);
}

function missingRoot(name: string): OptionsInvalidError {
  return new OptionsInvalidError(
    'MultitenancyModule.forRoot',
    undefined,
    `imported once, in the root module: MultitenancyModule.forFeature(${JSON.stringify(name)}) needs it. In a test of a feature module alone, ` +
      `import MultitenancyModule.forRoot({ catalog: new InMemoryTenantCatalog([...]), resolvers: [...] }) beside it, or replace the client ` +
      `with overrideTenantClient of @tenantry/testing`,
  );
}

/** What kinds get that depend on one that a test has replaced: the replacement. */
function replacedBase(name: string, modules: ModulesContainer): BaseRegistry {
  const providers = [...modules.values()].flatMap((module) => [...module.providers.values()]);
  const wrapper = providers.find(({ token }) => token === getTenantClientToken(name));
  return {
    name,
    [ACQUIRE_AS_BASE]: async () => ({ client: wrapper?.instance, release: () => undefined }),
  };
}
