import type { DynamicModule } from '@nestjs/common';
import { PG_POOL_TIMEOUTS, pgChangeListener, TenantSyncModule } from '@tenantry/postgres';
import pg from 'pg';
import type { ApplicationDatabase } from '../database/application-database.js';
import type { Settings } from '../settings/settings.js';

/**
 * Has this process follow what others change in the catalog. Empty for the embedded database, which one process alone uses.
 *
 * @param opened its database is read; the listener has a connection of its own
 */
export function followOtherNodes({ databaseUrl }: Settings, { database }: ApplicationDatabase): DynamicModule[] {
  if (databaseUrl === undefined) return [];
  const newClient = (): pg.Client =>
    new pg.Client({ connectionString: databaseUrl, application_name: 'orchestrator-changes', ...PG_POOL_TIMEOUTS });
  return [TenantSyncModule.forRoot({ database, listener: pgChangeListener(newClient) })];
}
