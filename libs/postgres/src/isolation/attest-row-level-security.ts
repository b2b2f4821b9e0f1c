import { checkedRole, parsedTable, quotedTable } from '../sql/sql-identifier.js';
import { IsolationUnsafeError } from './isolation-unsafe.error.js';
import { readCurrentRole, readTable } from './isolation-catalog.js';
import { roleFindings, tableFindings } from './isolation-rules.js';
import type { SqlDatabase } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';

/** What to look at. */
export interface AttestOptions {
  /** Tables and views with rows of tenants: `table` or `schema.table`. */
  readonly tables: readonly string[];
  /** The role given to `TenantDatabase`; default: the connection's own. */
  readonly role?: string;
}

/**
 * Looks whether row-level security binds the role that is used and keeps the rows of the tables apart.
 *
 * Reads the system catalog only, in one transaction. It sees whether policies refer to the tenant of the transaction, not
 * whether an expression of your own is right: test that.
 *
 * @returns what was found; empty = safe
 * @throws `MT_ARGUMENT_INVALID` for a malformed table or role; the driver's error when the database cannot be asked
 */
export async function attestRowLevelSecurity(
  database: SqlDatabase,
  { tables, role }: AttestOptions,
): Promise<IsolationFinding[]> {
  const names = tables.map((table) => quotedTable(parsedTable(table)));
  const assumed = role === undefined ? undefined : checkedRole(role);
  return database.transaction(async (tx) => {
    if (assumed !== undefined) await tx.query(`select set_config('role', $1, true)`, [assumed]);
    const findings = roleFindings(await readCurrentRole(tx));
    for (const name of names) findings.push(...tableFindings(name, await readTable(tx, name)));
    return findings;
  });
}

/**
 * Like {@link attestRowLevelSecurity}, for the start of an application: refuses to go on when anything was found.
 *
 * @throws {@link IsolationUnsafeError} `MT_ISOLATION_UNSAFE` with all findings
 */
export async function assertRowLevelSecurity(database: SqlDatabase, options: AttestOptions): Promise<void> {
  const findings = await attestRowLevelSecurity(database, options);
  if (findings.length > 0) throw new IsolationUnsafeError(findings);
}
