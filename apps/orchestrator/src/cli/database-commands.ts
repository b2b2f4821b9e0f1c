import { IsolationUnsafeError } from '@tenantry/postgres';
import { openDatabase } from '../database/open-database.js';
import { setUpServerDatabase } from '../database/set-up-server-database.js';
import { readSettings } from '../settings/read-settings.js';
import { EXIT } from './cli-io.js';
import type { CliIo } from './cli-io.js';
import { findingLines } from './tenant-lines.js';

/** `migrate`: brings catalog, tables and policies up to date; a server's with `ADMIN_DATABASE_URL`, the embedded one's by itself. */
export async function migrate({ env, out }: CliIo): Promise<void> {
  if (env['DATABASE_URL']) {
    const role = await setUpServerDatabase(env['ADMIN_DATABASE_URL'], env['DATABASE_URL']);
    out(`The database is up to date. The application connects as ${role}.`);
    return;
  }
  const { database } = await openDatabase(readSettings({ ...env, SEED_DEMO: 'true' }));
  await database.close();
  out('The embedded database is up to date.');
}

/**
 * `doctor`: whether the database would keep tenants apart.
 *
 * @returns the exit code
 */
export async function doctor(json: boolean, { env, out }: CliIo): Promise<number> {
  try {
    const { database } = await openDatabase(readSettings({ ...env, SEED_DEMO: 'true' }));
    await database.close();
    out(json ? '[]' : 'Nothing was found: the database keeps tenants apart.');
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof IsolationUnsafeError)) throw error;
    out(json ? JSON.stringify(error.findings) : error.findings.map(findingLines).join('\n'));
    return EXIT.findings;
  }
}
