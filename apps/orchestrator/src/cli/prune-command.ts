import { pruneChanges, pruneOperations } from '@tenantry/postgres';
import type { SqlDatabase } from '@tenantry/postgres';
import { z } from 'zod';
import { openApplicationDatabase } from '../database/open-application-database.js';
import { connect } from '../database/server-database.js';
import { readSettings } from '../settings/read-settings.js';
import { checked } from './checked.js';
import type { CliIo } from './cli-io.js';

const DAYS = 'a number of days from 1 to 36500';
const optionsSchema = z.object({ days: z.coerce.number(DAYS).min(1, DAYS).max(36_500, DAYS) });

/** `prune`: deletes changes and finished operations of some age, as the owner of the catalog. */
export async function prune(typed: string, { env, out }: CliIo): Promise<void> {
  const { days } = checked(optionsSchema, { days: typed }, 'Nothing was deleted');
  const database = await ownersDatabase(env);
  try {
    const operations = await pruneOperations(database, days);
    const changes = await pruneChanges(database, days * 24);
    out(`Deleted: ${operations} operations, ${changes} changes.`);
  } finally {
    await database.close();
  }
}

async function ownersDatabase(env: CliIo['env']): Promise<SqlDatabase> {
  const { DATABASE_URL: url, ADMIN_DATABASE_URL: adminUrl } = env;
  if (!url) return (await openApplicationDatabase(readSettings({ ...env, SEED_DEMO: 'true' }))).database;
  if (adminUrl) return connect(adminUrl, 1);
  throw new Error('ADMIN_DATABASE_URL is needed: the role of DATABASE_URL may delete nothing.');
}
