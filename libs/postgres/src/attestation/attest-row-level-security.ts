import { checkedRole, parsedTable, quotedTable } from '../sql/sql-identifier.js';
import { readTenantlessKeys } from '../policies/tenant-keys.js';
import { PLAIN_SEARCH_PATH } from '../policies/hidden-names.js';
import { definerFunctionFindings } from './definer-functions.js';
import { IsolationUnsafeError } from './isolation-unsafe.error.js';
import { keyFindings } from './key-rules.js';
import { readRole } from './role-facts.js';
import { PolicyEvaluator } from './policy-evaluator.js';
import { rewriteRuleFindings } from './rewrite-rules.js';
import { roleFindings } from './role-rules.js';
import { readTables } from './table-facts.js';
import { missingTableFinding, tableFindings } from './table-rules.js';
import { readOids, readTenantTables, readViews } from './tenant-tables.js';
import { wayAroundFindings } from './ways-around.js';
import type { ForeignKey } from '../policies/tenant-keys.js';
import type { SqlDatabase, SqlSession } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';
import type { PolicyRules } from './policy-rules.js';
import type { RoleFacts } from './role-facts.js';
import type { TableFacts } from './table-facts.js';
import type { TenantTable } from './tenant-tables.js';

/** What to check. */
export interface AttestOptions {
  /**
   * Tables and views with rows of tenants: `table` or `schema.table`. Checked as well, where the role, or one that it may
   * become, may use them: their partitions, children and parents, other tables with a column `tenant_id`, and the views, rules
   * and functions over all of these.
   */
  readonly tables: readonly string[];
  /** The role given to `TenantDatabase`; default: the connection's own. */
  readonly role?: string;
  /** Tables and views that are left alone although they would be checked, spelt like `tables`. Default: none. */
  readonly ignore?: readonly string[];
  /**
   * Policies that show rows of every tenant on purpose, like prices that are the same for all. Each is for SELECT only: one that lets
   * rows be written is reported all the same. Default: none.
   */
  readonly acceptPolicies?: readonly AcceptedPolicy[];
}

/** A policy that the operator knows and accepts. */
export interface AcceptedPolicy {
  /** `table` or `schema.table`. */
  readonly table: string;
  /** Name of the policy. */
  readonly policy: string;
}

/**
 * Checks whether row-level security binds the role that is used and keeps the rows of the tables apart.
 *
 * Reads the system catalog only, in one transaction. It sees whether policies compare a column with the tenant of the
 * transaction, not whether an expression of your own is right: test that. `docs/guides/policies.md` lists what can be found.
 *
 * @returns what was found, errors and warnings; empty = safe
 * @throws `MT_ARGUMENT_INVALID` for a malformed table or role; the driver's error when the database cannot be asked
 */
export async function attestRowLevelSecurity(
  database: SqlDatabase,
  { tables, role, ignore = [], acceptPolicies = [] }: AttestOptions,
): Promise<IsolationFinding[]> {
  const accepting = acceptPolicies.map(({ table }) => table);
  const [names = [], ignored = [], accepted = []] = [tables, ignore, accepting].map((list) =>
    list.map((table) => quotedTable(parsedTable(table))),
  );
  const policies = acceptPolicies.map(({ policy }) => policy);
  const assumed = role === undefined ? undefined : checkedRole(role);
  return database.transaction(async (tx) => {
    if (assumed !== undefined) await tx.query(`select pg_catalog.set_config('role', $1, true)`, [assumed]);
    return findingsIn(tx, { names, ignored, accepted, policies });
  });
}

/**
 * Like {@link attestRowLevelSecurity}, for the start of an application: throws when an error was found.
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

interface AttestedNames {
  readonly names: readonly string[];
  readonly ignored: readonly string[];
  /** Tables with policies that are accepted, and those, in the same order. */
  readonly accepted: readonly string[];
  readonly policies: readonly string[];
}

async function findingsIn(
  tx: SqlSession,
  { names, ignored, accepted, policies }: AttestedNames,
): Promise<IsolationFinding[]> {
  // Names are looked up as the application does; all else as if it had no search path.
  const [oids, left] = [await readOids(tx, names), (await readOids(tx, ignored)).filter((oid) => oid !== null)];
  const acceptedOids = await readOids(tx, accepted);
  await tx.query(PLAIN_SEARCH_PATH, []);
  const role = await readRole(tx);
  const { all, tables, views } = await readAll(tx, [...new Set(oids.filter((oid) => oid !== null))], left, role);
  const rules = policyRules(tables, acceptedOids, policies);
  const unlisted = [...tables.filter(({ oid }) => !oids.includes(oid)), ...views];
  return [
    ...roleFindings(role),
    ...names.flatMap((name, index) =>
      listedFindings(
        name,
        tables.find(({ oid }) => oid === oids[index]),
        role,
        rules,
      ),
    ),
    ...unlisted.flatMap((facts) => tableFindings({ table: facts.qualified, facts, listed: false, role, rules })),
    ...(await rewriteRuleFindings(tx, { tables: all.map(({ oid }) => oid), ignored: left, roles: role.roles })),
    ...(await definerFunctionFindings(tx, all, role.roles)),
    ...(await wayAroundFindings(tx, all, role)),
    ...(await keyFindingsIn(tx, tables, rules.evaluator)),
  ];
}

/**
 * How policies are evaluated here.
 *
 * @param accepted object ids of the tables with policies that are accepted, and those, in the same order
 */
function policyRules(
  tables: readonly TableFacts[],
  accepted: readonly (string | null)[],
  policies: readonly string[],
): PolicyRules {
  return {
    evaluator: new PolicyEvaluator(tables),
    isAccepted: ({ oid }, { name, command }) =>
      command === 'SELECT' && accepted.some((each, at) => each === oid && policies[at] === name),
  };
}

interface Everything {
  /** Tables of tenants, also those that no role in reach may use: views, rules and functions may. */
  readonly all: readonly TenantTable[];
  readonly tables: readonly TableFacts[];
  readonly views: readonly TableFacts[];
}

/** The listed tables and views, those beside them, and the views over all of these. */
async function readAll(
  tx: SqlSession,
  listed: readonly string[],
  ignored: readonly string[],
  { roles }: RoleFacts,
): Promise<Everything> {
  const all = await readTenantTables(tx, listed, ignored, roles);
  const oids = all.map(({ oid }) => oid);
  const beside = all.filter(({ oid, isChecked }) => isChecked && !listed.includes(oid)).map(({ oid }) => oid);
  const tables = await readTables(tx, [...listed, ...beside], roles);
  return { all, tables, views: await readTables(tx, await readViews(tx, oids, ignored, roles), roles) };
}

function listedFindings(
  table: string,
  facts: TableFacts | undefined,
  role: RoleFacts,
  rules: PolicyRules,
): IsolationFinding[] {
  return facts === undefined
    ? [missingTableFinding(table)]
    : tableFindings({ table, facts, listed: true, role, rules });
}

async function keyFindingsIn(
  tx: SqlSession,
  tables: readonly TableFacts[],
  evaluator: PolicyEvaluator,
): Promise<IsolationFinding[]> {
  const tenants = tables.filter(({ columnType, kind }) => columnType !== null && (kind === 'r' || kind === 'p'));
  const oids = tenants.map(({ oid }) => oid);
  const keys = await readTenantlessKeys(tx, oids);
  // Policies of the referring table see to it that it refers to rows of its own tenant.
  const isBound = ({ tableOid, targetOid }: ForeignKey): boolean =>
    tables.some((facts) => facts.oid === tableOid && facts.enabled && evaluator.isBoundByParent(facts, targetOid));
  return keyFindings({ ...keys, foreign: keys.foreign.filter((key) => !isBound(key)) }, new Set(oids));
}
