import { MultitenancyError } from '@tenantry/core';
import type { SqlDatabase } from '@tenantry/postgres';
import { DatabaseStartError } from './database-start.error.js';
import { createRole, migrateDatabase } from './migrate-database.js';

/**
 * Creates the role of `DATABASE_URL` when it is missing, the catalog, the tables and their policies, and grants the role
 * what it needs. Can be run again, after an update of the application too.
 *
 * @param adminUrl connects as the owner of the database, or as a superuser
 * @param url the application's; its role must be another one
 * @returns the name of the role
 * @throws {@link DatabaseStartError} without any password or URL in its message
 */
export async function provisionDatabase(
  adminUrl: string | undefined,
  url: string | undefined,
  connect: (url: string) => SqlDatabase,
): Promise<string> {
  const admin = parsed('ADMIN_DATABASE_URL', adminUrl);
  const app = parsed('DATABASE_URL', url);
  const role = decodeURIComponent(app.username);
  assertPair(admin, app);
  const database = connect(admin.href);
  try {
    await createRole(database, role, decodeURIComponent(app.password));
    await migrateDatabase(database, role);
    return role;
  } catch (error) {
    throw error instanceof MultitenancyError ? error : failed(error);
  } finally {
    await database.close();
  }
}

function parsed(name: string, value: string | undefined): URL {
  const url = value !== undefined && URL.canParse(value) ? new URL(value) : undefined;
  if (url && ['postgres:', 'postgresql:'].includes(url.protocol)) return url;
  throw new DatabaseStartError(`${name} is needed: a URL that starts with postgres:// or postgresql://.`);
}

function assertPair(admin: URL, app: URL): void {
  if (app.username === '' || app.password === '') {
    throw new DatabaseStartError(
      'DATABASE_URL must name a role and its password: the ones that the application is to use.',
    );
  }
  if (app.username === admin.username) {
    throw new DatabaseStartError(
      'DATABASE_URL and ADMIN_DATABASE_URL must name different roles: row-level security does not bind an administrator.',
    );
  }
  if (app.pathname !== admin.pathname) {
    throw new DatabaseStartError('DATABASE_URL and ADMIN_DATABASE_URL must name the same database.');
  }
}

function failed(cause: unknown): DatabaseStartError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DatabaseStartError(
    `The database could not be set up: ${reason}. Fix that and run the command again.`,
    cause,
  );
}
