import type { DynamicModule } from '@nestjs/common';
import type { Clock } from '@tenantry/core';
import { IdentityModule } from '@tenantry/identity';
import type { IdentityOptions, IdentityStore } from '@tenantry/identity';
import { postgresIdentityStore } from '@tenantry/identity/postgres';
import { rowLevelSecurity } from '@tenantry/postgres';
import type { ApplicationDatabase } from '../database/application-database.js';
import { APPLICATION_DATABASE } from '../database/application-database.module.js';
import { CLOCK, NOW } from '../overrides.module.js';
import { SETTINGS } from '../settings/settings.module.js';
import type { Settings } from '../settings/settings.js';
import { PERMISSIONS } from './permissions.js';

/** Names its tenants itself: the tokens are read before a request has its tenant. */
function storeOf({ database, role }: ApplicationDatabase): IdentityStore {
  return postgresIdentityStore(rowLevelSecurity({ database, ...(role === undefined ? {} : { role }) }));
}

function identityOptions(
  database: ApplicationDatabase,
  settings: Settings,
  clock: Clock,
  now: () => number,
): IdentityOptions {
  return {
    vocabulary: PERMISSIONS,
    store: storeOf(database),
    loginLimits: {
      perAccount: settings.loginAttemptsPerUser,
      perAddress: settings.loginAttemptsPerAddress,
      windowSeconds: settings.loginWindowSeconds,
    },
    sessions: {
      secret: settings.jwtSecret,
      issuer: 'tenantry-orchestrator',
      idle: { policy: settings.tenantIdleLogin, afterMs: Math.max(1_000, Math.round(settings.tenantIdleTimeMs)) },
      now,
    },
    clock,
  };
}

/** Users, roles, permissions and sessions of the tenants, everywhere in one application. */
export function identityModule(): DynamicModule {
  return IdentityModule.forRootAsync({
    inject: [APPLICATION_DATABASE, SETTINGS, CLOCK, NOW],
    useFactory: identityOptions,
  });
}
