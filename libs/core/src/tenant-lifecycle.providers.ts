import type { Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { TenantLifecycle } from './lifecycle/tenant-lifecycle.js';
import { TenantLifecycleHost } from './lifecycle/tenant-lifecycle-host.js';
import { TenantSettings } from './lifecycle/tenant-settings.js';
import { MULTITENANCY_OPTIONS } from './multitenancy.tokens.js';
import { TenantClientKinds } from './registry/tenant-client-kinds.js';
import type { ResolvedMultitenancyOptions } from './resolve-options.js';
import { CachedTenantCatalog } from './tenant/cached-tenant-catalog.js';

/** The lifecycle of tenants, as the module provides it. */
export const LIFECYCLE_PROVIDERS: Provider[] = [
  {
    provide: TenantSettings,
    inject: [MULTITENANCY_OPTIONS],
    useFactory: ({ settings }: ResolvedMultitenancyOptions) => settings,
  },
  {
    provide: TenantLifecycleHost,
    inject: [MULTITENANCY_OPTIONS, ModulesContainer, TenantClientKinds],
    useFactory: (options: ResolvedMultitenancyOptions, modules: ModulesContainer, kinds: TenantClientKinds) => {
      const { catalog, lifecycle, settings } = options;
      const cache = catalog instanceof CachedTenantCatalog ? catalog : undefined;
      const parts = { options: lifecycle, modules, kinds, settings };
      return new TenantLifecycleHost({ ...parts, forget: (tenants) => cache?.invalidate(...tenants) });
    },
  },
  {
    provide: TenantLifecycle,
    inject: [TenantLifecycleHost],
    useFactory: ({ lifecycle }: TenantLifecycleHost) => lifecycle,
  },
];
