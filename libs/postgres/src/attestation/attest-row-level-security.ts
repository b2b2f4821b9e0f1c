import { checkedRole, parsedTable, quotedTable } from '../sql/sql-identifier.js';
import { readTenantlessKeys } from '../policies/tenant-keys.js';
import { definerFunctionFindings } from './definer-functions.js';
import { IsolationUnsafeError } from './isolation-unsafe.error.js';
import { keyFindings } from './key-rules.js';
import { readRole } from './role-facts.js';
import { rewriteRuleFindings } from './rewrite-rules.js';
import { roleFindings } from './role-rules.js';
import { readOids, readTables, readUnlisted, readViews } from './table-facts.js';
import { missingTableFinding, tableFindings } from './table-rules.js';
import type { SqlDatabase, SqlSession } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';
import type { RoleFacts } from './role-facts.js';
import type { TableFacts } from './table-facts.js';

/** What to look at. */
export interface AttestOptions {
  /**
   * Tables and views with rows of tenants: `table` or `schema.table`. Looked at as well, where the role may use them: their
   * partitions, children and parents, other tables with a column `tenant_id`, and the views and rules over all of these.
   */
  readonly tables: readonly string[];
  /** The role given to `TenantDatabase`; default: the connection's own. */
  readonly role?: string;
  /** Tables and views that are left alone although they would be looked at, spelt like `tables`. Default: none. */
  readonly ignore?: readonly string[];
}

/**
 * Looks whether row-level security binds the role that is used and keeps the rows of the tables apart.
 *
 * Reads the system catalog only, in one transaction. It sees whether policies compare a column with the tenant of the
 * transaction, not whether an expression of your own is right: test that. `docs/guides/policies.md` lists what can be found.
 *
 * @returns what was found, errors and warnings; empty = safe
 * @throws `MT_ARGUMENT_INVALID` for a malformed table or role; the driver's error when the database cannot be asked
 */
export async function attestRowLevelSecurity(
  database: SqlDatabase,
  { tables, role, ignore = [] }: AttestOptions,
): Promise<IsolationFinding[]> {
  const [names, ignored] = [tables, ignore].map((list) => list.map((table) => quotedTable(parsedTable(table))));
  const assumed = role === undefined ? undefined : checkedRole(role);
  return database.transaction(async (tx) => {
    if (assumed !== undefined) await tx.query(`select set_config('role', $1, true)`, [assumed]);
    return findingsIn(tx, names ?? [], ignored ?? []);
  });
}

/**
 * Like {@link attestRowLevelSecurity}, for the start of an application: refuses to go on when an error was found.
 *
 * @returns the warnings, for the log
 * @throws {@link IsolationUnsafeError} `MT_ISOLATION_UNSAFE` with all findings, when one of them is an error
 */
export async function assertRowLevelSecurity(
  database: SqlDatabase,
  options: AttestOptions,
): Promise<IsolationFinding[]> {
  const findings = await attestRowLevelSecurity(database, options);
  if (findings.some(({ severity }) => severity === 'error')) throw new IsolationUnsafeError(findings);
  return findings;
}

async function findingsIn(
  tx: SqlSession,
  names: readonly string[],
  ignored: readonly string[],
): Promise<IsolationFinding[]> {
  const role = await readRole(tx);
  const oids = await readOids(tx, names);
  const left = (await readOids(tx, ignored)).filter((oid) => oid !== null);
  // Whatever the catalog writes from here on names its schema.
  await tx.query(`select set_config('search_path', '', true)`, []);
  const { tables, views } = await readAll(tx, [...new Set(oids.filter((oid) => oid !== null))], left);
  const unlisted = [...tables.filter(({ oid }) => !oids.includes(oid)), ...views];
  return [
    ...roleFindings(role),
    ...names.flatMap((name, index) =>
      listedFindings(
        name,
        tables.find(({ oid }) => oid === oids[index]),
        role,
      ),
    ),
    ...unlisted.flatMap((facts) => tableFindings({ table: facts.qualified, facts, listed: false, role })),
    ...(await rewriteRuleFindings(
      tx,
      tables.map(({ oid }) => oid),
      left,
    )),
    ...(await definerFunctionFindings(tx, tables)),
    ...(await keyFindingsIn(tx, tables)),
  ];
}

/** The listed tables and views, those beside them, and the views over all of these. */
async function readAll(
  tx: SqlSession,
  listed: readonly string[],
  ignored: readonly string[],
): Promise<{ readonly tables: TableFacts[]; readonly views: TableFacts[] }> {
  const oids = [...listed, ...(await readUnlisted(tx, listed, ignored))];
  const tables = await readTables(tx, oids);
  return { tables, views: await readTables(tx, await readViews(tx, oids, ignored)) };
}

function listedFindings(table: string, facts: TableFacts | undefined, role: RoleFacts): IsolationFinding[] {
  return facts === undefined ? [missingTableFinding(table)] : tableFindings({ table, facts, listed: true, role });
}

async function keyFindingsIn(tx: SqlSession, tables: readonly TableFacts[]): Promise<IsolationFinding[]> {
  const tenants = tables.filter(({ columnType, kind }) => columnType !== null && (kind === 'r' || kind === 'p'));
  const oids = tenants.map(({ oid }) => oid);
  return keyFindings(await readTenantlessKeys(tx, oids), new Set(oids));
}
