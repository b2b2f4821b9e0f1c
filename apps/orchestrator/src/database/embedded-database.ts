import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assertRowLevelSecurity, pgliteDatabase } from '@tenantry/postgres';
import type { Pglite, SqlDatabase } from '@tenantry/postgres';
import { DatabaseStartError } from './database-start.error.js';
import { lockFolder } from './folder-lock.js';
import type { ApplicationDatabase } from './application-database.js';
import { createRole, migrateDatabase } from './migrate-database.js';
import { TENANT_TABLES } from './schema.js';

/** Opens a PGlite. @param dataDir a folder, or `memory://` for one that is gone afterwards */
export type OpenPglite = (dataDir: string) => Promise<Pglite>;

/** A `DATA_DIR` that keeps nothing. */
export const IN_MEMORY = 'memory://';

/** PGlite's only user is a superuser, which row-level security does not bind: transactions of tenants assume this role. */
const ROLE = 'tenantry_app';

/**
 * Opens the embedded database and creates what is missing in it.
 *
 * @param dataDir folder of the application's data, used by one process at a time, or {@link IN_MEMORY}
 * @throws {@link DatabaseStartError} when another process uses the folder
 */
export async function openEmbeddedDatabase(dataDir: string, openPglite: OpenPglite): Promise<ApplicationDatabase> {
  if (dataDir === IN_MEMORY) return prepared(pgliteDatabase(await openPglite(IN_MEMORY)));
  await mkdir(dataDir, { recursive: true });
  const lock = await lockFolder(dataDir);
  try {
    const database = pgliteDatabase(await openFolder(join(dataDir, 'pglite'), openPglite));
    return await prepared(withRelease(database, lock.release));
  } catch (error) {
    await lock.release();
    throw error instanceof DatabaseStartError ? error : new DatabaseStartError(unusable(dataDir), error);
  }
}

/** A PGlite that has made its folder keeps some 400 MB for it until it is closed; one that finds the folder does not. */
async function openFolder(folder: string, openPglite: OpenPglite): Promise<Pglite> {
  if (!existsSync(folder)) await (await openPglite(folder)).close();
  return openPglite(folder);
}

async function prepared(database: SqlDatabase): Promise<ApplicationDatabase> {
  try {
    await createRole(database, ROLE, null);
    await migrateDatabase(database, ROLE);
    await assertRowLevelSecurity(database, { tables: TENANT_TABLES, role: ROLE });
    return { database, role: ROLE };
  } catch (error) {
    await database.close();
    throw error;
  }
}

function withRelease(database: SqlDatabase, release: () => Promise<void>): SqlDatabase {
  const within = database.within?.bind(database);
  return {
    query: (text, params) => database.query(text, params),
    transaction: (fn) => database.transaction(fn),
    ...(within === undefined ? {} : { within }),
    close: () => database.close().finally(release),
  };
}

function unusable(dataDir: string): string {
  return `The embedded database in ${JSON.stringify(dataDir)} cannot be opened. Restore the folder, or name another one in DATA_DIR.`;
}
