import { attestRowLevelSecurity, IsolationUnsafeError } from '@tenantry/postgres';
import type { IsolationFinding } from '@tenantry/postgres';
import { openApplicationDatabase } from '../database/open-application-database.js';
import { TENANT_TABLES } from '../database/schema.js';
import { provisionServerDatabase } from '../database/provision-server-database.js';
import { readSettings } from '../settings/read-settings.js';
import { EXIT } from './cli-io.js';
import type { CliIo } from './cli-io.js';
import { findingLines } from './tenant-lines.js';

/** `migrate`: brings catalog, tables and policies up to date; a server's with `ADMIN_DATABASE_URL`, the embedded one's by itself. */
export async function migrate({ env, out }: CliIo): Promise<void> {
  if (env['DATABASE_URL']) {
    const role = await provisionServerDatabase(env['ADMIN_DATABASE_URL'], env['DATABASE_URL']);
    out(`The database is up to date. The application connects as ${role}.`);
    return;
  }
  const { database } = await openApplicationDatabase(readSettings({ ...env, SEED_DEMO: 'true' }));
  await database.close();
  out('The embedded database is up to date.');
}

/**
 * `doctor`: whether the database would keep tenants apart. Warnings alone are no failure.
 *
 * @returns the exit code
 */
export async function doctor(json: boolean, { env, out }: CliIo): Promise<number> {
  const findings = await findingsOf(env);
  out(json ? JSON.stringify(findings) : textOf(findings));
  return isUnsafe(findings) ? EXIT.findings : EXIT.done;
}

/** The application refuses to open a database that is not safe, and its refusal has the findings. */
async function findingsOf(env: CliIo['env']): Promise<readonly IsolationFinding[]> {
  try {
    const { database, role } = await openApplicationDatabase(readSettings({ ...env, SEED_DEMO: 'true' }));
    try {
      return await attestRowLevelSecurity(database, { tables: TENANT_TABLES, ...(role && { role }) });
    } finally {
      await database.close();
    }
  } catch (error) {
    if (!(error instanceof IsolationUnsafeError)) throw error;
    return error.findings;
  }
}

function textOf(findings: readonly IsolationFinding[]): string {
  if (findings.length === 0) return 'Nothing was found: the database keeps tenants apart.';
  const lines = findings.map((each) => `${each.severity}: ${findingLines(each)}`);
  if (!isUnsafe(findings)) lines.push('There are warnings only: the application starts.');
  return lines.join('\n');
}

function isUnsafe(findings: readonly IsolationFinding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
