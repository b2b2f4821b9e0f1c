import type { SqlDatabase } from '@tenantry/postgres';
import type { Settings } from '../settings/settings.js';
import { openEmbeddedDatabase } from './embedded-database.js';
import type { OpenPglite } from './embedded-database.js';
import { openServerDatabase } from './server-database.js';

/** A database that keeps tenants apart. */
export interface OpenedDatabase {
  readonly database: SqlDatabase;
  /** Role to assume in each transaction; `undefined` = the connection's own. */
  readonly role: string | undefined;
}

/**
 * Opens the database of the settings: PostgreSQL with `databaseUrl`, else the embedded one.
 *
 * @param openPglite opens the embedded database
 * @throws `MT_ISOLATION_UNSAFE` when it would not keep tenants apart, `DatabaseStartError` when it cannot be used
 */
export function openDatabase(settings: Settings, openPglite: OpenPglite): Promise<OpenedDatabase> {
  const { databaseUrl, databasePoolSize, dataDir } = settings;
  return databaseUrl === undefined
    ? openEmbeddedDatabase(dataDir, openPglite)
    : openServerDatabase(databaseUrl, databasePoolSize);
}
