import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { finding } from './isolation-finding.js';
import type { SqlSession } from '../sql/sql-database.js';
import type { IsolationFinding } from './isolation-finding.js';

interface Preset {
  readonly value: string;
  /** Whose connections; `null` = those of every role. */
  readonly role: string | null;
  /** Connections to what; `null` = to any database. */
  readonly database: string | null;
}

const PRESETS = `
  select substr(c.entry, strpos(c.entry, '=') + 1) as value, r.rolname::text as role, d.datname::text as database
  from pg_catalog.pg_db_role_setting s cross join lateral unnest(s.setconfig) c(entry)
  left join pg_catalog.pg_roles r on r.oid = s.setrole left join pg_catalog.pg_database d on d.oid = s.setdatabase
  where lower(c.entry) like 'tenantry.tenant\\_id=_%' and (s.setrole = 0 or r.rolname = session_user)
    and (s.setdatabase = 0 or d.datname = current_database())
  order by 2, 3`;

/**
 * A tenant that connections have before they name one. Roles of a bound pool, which end in its id, have theirs on purpose.
 *
 * @internal
 */
export async function presetFindings(tx: SqlSession): Promise<IsolationFinding[]> {
  const { rows } = await tx.query<Preset>(PRESETS, []);
  return rows.filter(({ role, value }) => !role?.endsWith(`:${value}`)).map(presetFinding);
}

function presetFinding({ value, role, database }: Preset): IsolationFinding {
  const whose = whoseSql(role, database);
  return finding(
    ['tenant-preset', 'warning'],
    `The setting tenantry.tenant_id of ${whose}`,
    `is ${JSON.stringify(value)} from the start: code that names no tenant works for that one`,
    { sql: `alter ${whose} reset tenantry.tenant_id;`, words: 'It holds for new connections.' },
  );
}

function whoseSql(role: string | null, database: string | null): string {
  const at = database === null ? '' : `database ${quotedIdentifier(database)}`;
  if (role === null) return at === '' ? 'role all' : at;
  return `role ${quotedIdentifier(role)}${at === '' ? '' : ` in ${at}`}`;
}
