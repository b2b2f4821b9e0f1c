import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

/** A database of a test's own. */
export interface TestDatabase {
  /** As the owner, a superuser: for set-up. */
  readonly adminUrl: string;
  /** As a login role that owns nothing and is neither superuser nor BYPASSRLS: for the code under test. */
  readonly appUrl: string;
  /** Name of that role. */
  readonly appRole: string;
  /** Removes the database and the role, also while connections are open. */
  drop(): Promise<void>;
}

/**
 * The admin URL of the server for tests: `DATABASE_URL`, or a PostgreSQL of this run, which the first call starts.
 * Kept in `TENANTRY_TEST_ADMIN_URL`, where processes started by a spec find it.
 */
async function testServerUrl(): Promise<string> {
  const url =
    process.env['DATABASE_URL'] || process.env['TENANTRY_TEST_ADMIN_URL'] || (await askGlobalSetup('/postgres'));
  process.env['TENANTRY_TEST_ADMIN_URL'] = url;
  return url;
}

/** Makes a fresh database and a fresh role with random names. The caller drops them. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = await testServerUrl();
  const suffix = randomBytes(6).toString('hex');
  const [database, role, password] = [
    `tenantry_test_${suffix}`,
    `tenantry_app_${suffix}`,
    randomBytes(12).toString('hex'),
  ];
  await asAdmin(serverUrl, [
    `create database ${database} template template0 encoding 'UTF8'`,
    `create role ${role} login nosuperuser nobypassrls nocreatedb nocreaterole password '${password}'`,
  ]);
  return {
    adminUrl: urlOf(serverUrl, { database }),
    appUrl: urlOf(serverUrl, { database, role, password }),
    appRole: role,
    drop: () => asAdmin(serverUrl, [`drop database if exists ${database} with (force)`, `drop role if exists ${role}`]),
  };
}

/** Makes an empty PGlite in memory from a template made once per run, several times faster than from nothing. The caller closes it. */
export async function createPglite(): Promise<PGlite> {
  return PGlite.create({ loadDataDir: await openAsBlob(await askGlobalSetup('/pglite-template')) });
}

async function askGlobalSetup(path: string): Promise<string> {
  const response = await fetch(`${process.env['TENANTRY_TEST_DATABASES']}${path}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

async function asAdmin(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

function urlOf(
  serverUrl: string,
  { database, role, password }: { database: string; role?: string; password?: string },
): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  if (role !== undefined) url.username = role;
  if (password !== undefined) url.password = password;
  return url.href;
}
