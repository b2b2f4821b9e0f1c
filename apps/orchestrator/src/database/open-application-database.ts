import { PGlite } from '@electric-sql/pglite';
import type { Settings } from '../settings/settings.js';
import { openEmbeddedDatabase } from './embedded-database.js';
import type { OpenPglite } from './embedded-database.js';
import type { ApplicationDatabase } from './application-database.js';
import { openServerDatabase } from './server-database.js';
import type { WhenDown } from './server-database.js';

/**
 * Opens the database of the settings: PostgreSQL with `databaseUrl`, else the embedded one.
 *
 * @param openPglite opens the embedded database. Default: PGlite's own way
 * @param whenDown what to do when PostgreSQL cannot be reached. Default `fail`
 * @throws `MT_ISOLATION_UNSAFE` when it would not keep tenants apart, `DatabaseStartError` when it cannot be used
 */
export function openApplicationDatabase(
  settings: Settings,
  openPglite: OpenPglite = (dataDir) => PGlite.create(dataDir),
  whenDown: WhenDown = 'fail',
): Promise<ApplicationDatabase> {
  const { databaseUrl, databasePoolSize, dataDir } = settings;
  return databaseUrl === undefined
    ? openEmbeddedDatabase(dataDir, openPglite)
    : openServerDatabase(databaseUrl, databasePoolSize, whenDown);
}
