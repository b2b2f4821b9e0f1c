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
import { AccessTokens, TENANT_CLAIM } from '../auth/access-tokens.js';
import { AccessTokensModule } from '../auth/access-tokens.module.js';
import type { Principal } from '../auth/principal.js';
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
  tokens: AccessTokens,
  settings: Settings,
  clock: Clock,
): MultitenancyOptions {
  return {
    catalog,
    resolvers: resolversOf(tokens, settings),
    membership: (principal: unknown, tenant: Tenant) => (principal as Principal).tenantId === tenant.id,
    clients: { idleTimeoutMs: settings.tenantIdleTimeMs },
    cleanup: { cron: settings.tenantCleanupCron },
    loading:
      settings.tenantEager === undefined ? { policy: 'lazy' } : { policy: 'eager', include: settings.tenantEager },
    clock,
    settings: { schema: orchestratorSettingsSchema, defaults: DEFAULT_TENANT_SETTINGS },
  };
}

function resolversOf(tokens: AccessTokens, { balancers }: Settings): TenantResolver[] {
  // In the order in which deploy/ reads them.
  const places = [fromPath({ prefix: 't' }), fromHost({ customDomains: true })];
  return [
    ...places,
    ...(balancers.length > 0 ? [agreesWithBalancer({ trustedProxies: balancers, places })] : []),
    fromUsername({ paths: ['/auth/login'] }),
    fromJwtClaim({
      claim: TENANT_CLAIM,
      verify: (token, request) => tokens.verifyOnce(nodeRequestOf(request.platformRequest), token),
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
  imports: [DatabaseModule, AccessTokensModule],
  inject: [CachedTenantCatalog, AccessTokens, SETTINGS, CLOCK],
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
