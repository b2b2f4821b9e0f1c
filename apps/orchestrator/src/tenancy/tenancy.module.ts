import { Module } from '@nestjs/common';
import {
  agreesWithBalancer,
  CachedTenantCatalog,
  fromHost,
  fromJwtClaim,
  fromPath,
  fromUsername,
  MultitenancyModule,
} from '@tenantry/core';
import type { Clock, MultitenancyOptions, Tenant, TenantResolver } from '@tenantry/core';
import type { TenantLifecycleOptions } from '@tenantry/lifecycle';
import { TenantLifecycleModule } from '@tenantry/lifecycle';
import { TENANT_CLAIM } from '@tenantry/identity';
import type { IdentityPrincipal } from '@tenantry/identity';
import { RequestTokens } from '../auth/request-tokens.js';
import { RequestTokensModule } from '../auth/request-tokens.module.js';
import { DATABASE, DatabaseModule } from '../database/database.module.js';
import { nodeRequestOf } from '../http/node-request.js';
import { drainedOnAllNodes, PostgresTenantLifecycleStore } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import { CLOCK } from '../overrides.module.js';
import { SETTINGS } from '../settings/settings.module.js';
import type { Settings } from '../settings/settings.js';
import { TenantLogListener } from './tenant-log.listener.js';
import { DEFAULT_TENANT_SETTINGS, orchestratorSettingsSchema } from './tenant-settings.js';

function multitenancyOptions(
  catalog: CachedTenantCatalog,
  tokens: RequestTokens,
  settings: Settings,
  clock: Clock,
): MultitenancyOptions {
  return {
    catalog,
    resolvers: resolversOf(tokens, settings),
    membership: (principal: unknown, tenant: Tenant) => (principal as IdentityPrincipal).tenantId === tenant.id,
    clients: { idleTimeoutMs: settings.tenantIdleTimeMs },
    cleanup: { cron: settings.tenantCleanupCron },
    loading:
      settings.tenantEager === undefined ? { policy: 'lazy' } : { policy: 'eager', include: settings.tenantEager },
    clock,
    settings: { schema: orchestratorSettingsSchema, defaults: DEFAULT_TENANT_SETTINGS },
  };
}

function resolversOf(tokens: RequestTokens, { balancers }: Settings): TenantResolver[] {
  // In the order in which deploy/ reads them.
  const places = [fromPath({ prefix: 't' }), fromHost({ customDomains: true })];
  return [
    ...places,
    ...(balancers.length > 0 ? [agreesWithBalancer({ trustedProxies: balancers, places })] : []),
    fromUsername({ paths: ['/auth/login'] }),
    fromJwtClaim({
      claim: TENANT_CLAIM,
      verify: async (token, request) => (await tokens.read(nodeRequestOf(request.platformRequest), token)).claims,
    }),
  ];
}

/** One process alone uses the embedded database: clients that are closed here are closed everywhere. */
function lifecycleOptions(
  store: PostgresTenantLifecycleStore,
  { databaseUrl }: Settings,
  database: SqlDatabase,
): TenantLifecycleOptions {
  return { store, drained: databaseUrl === undefined ? async () => true : drainedOnAllNodes(database) };
}

const multitenancy = MultitenancyModule.forRootAsync({
  imports: [DatabaseModule, RequestTokensModule],
  inject: [CachedTenantCatalog, RequestTokens, SETTINGS, CLOCK],
  useFactory: multitenancyOptions,
});

const lifecycle = TenantLifecycleModule.forRootAsync({
  imports: [DatabaseModule],
  inject: [PostgresTenantLifecycleStore, SETTINGS, DATABASE],
  useFactory: lifecycleOptions,
});

/** How requests name their tenant, and who may act for it. */
@Module({ imports: [multitenancy, lifecycle], providers: [TenantLogListener] })
export class TenancyModule {}
