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
import type { Clock, MultitenancyOptions, Tenant } from '@tenantry/core';
import { AccessTokens, TENANT_CLAIM } from '../auth/access-tokens.js';
import { AccessTokensModule } from '../auth/access-tokens.module.js';
import type { Principal } from '../auth/principal.js';
import { DatabaseModule } from '../database/database.module.js';
import { nodeRequestOf } from '../http/node-request.js';
import { CLOCK } from '../overrides.module.js';
import { SETTINGS } from '../settings/settings.module.js';
import type { Settings } from '../settings/settings.js';

function multitenancyOptions(
  catalog: CachedTenantCatalog,
  tokens: AccessTokens,
  settings: Settings,
  clock: Clock,
): MultitenancyOptions {
  const { balancers } = settings;
  // In the order in which deploy/ reads them.
  const places = [fromPath({ prefix: 't' }), fromHost({ customDomains: true })];
  return {
    catalog,
    resolvers: [
      ...places,
      ...(balancers.length > 0 ? [agreesWithBalancer({ trustedProxies: balancers, places })] : []),
      fromUsername({ paths: ['/auth/login'] }),
      fromJwtClaim({
        claim: TENANT_CLAIM,
        verify: (token, request) => tokens.verifyOnce(nodeRequestOf(request.platformRequest), token),
      }),
    ],
    membership: (principal: unknown, tenant: Tenant) => (principal as Principal).tenantId === tenant.id,
    clients: { idleTimeoutMs: settings.tenantIdleTimeMs },
    cleanup: { cron: settings.tenantCleanupCron },
    loading:
      settings.tenantEager === undefined ? { policy: 'lazy' } : { policy: 'eager', include: settings.tenantEager },
    clock,
  };
}

const multitenancy = MultitenancyModule.forRootAsync({
  imports: [DatabaseModule, AccessTokensModule],
  inject: [CachedTenantCatalog, AccessTokens, SETTINGS, CLOCK],
  useFactory: multitenancyOptions,
});

/** How requests name their tenant, and who may act for it. */
@Module({ imports: [multitenancy] })
export class TenancyModule {}
