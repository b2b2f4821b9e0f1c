import type { PgClient } from '../../sql/pg-pool.js';
import { ConnectionUnsafeError, TenantSchemaMissingError } from './strategy.errors.js';
import type { VerifiableClient } from './tenant-connection.js';

/** What a connection of a tenant must be. What is absent does not matter to the strategy. */
export interface ExpectedConnection {
  readonly tenantId: string;
  readonly user: string;
  readonly database: string;
  /** What the setting `tenantry.tenant_id` must be. */
  readonly boundTo?: string;
  /** The one schema that names without a schema may be found in. */
  readonly schema?: string;
  /** Comment of that schema, which names its tenant. */
  readonly schemaMark?: string;
  /** What `statement_timeout` becomes, milliseconds, where it is not set. */
  readonly statementTimeoutMs?: number;
  /** Whether what was set at its start must last: no pooler in transaction mode in between. */
  readonly direct?: boolean;
}

interface Found {
  readonly pid: number;
  readonly user: string;
  readonly database: string;
  readonly tenantId: string;
  readonly schemas: readonly string[];
  readonly schemaMark: string | null;
}

const LOOK = `select pg_catalog.pg_backend_pid() as pid, session_user::text as "user", pg_catalog.current_database()::text as "database",
  coalesce(pg_catalog.current_setting('tenantry.tenant_id', true), '') as "tenantId",
  pg_catalog.to_json(pg_catalog.current_schemas(false)) as schemas,
  (select pg_catalog.obj_description(n.oid, 'pg_namespace') from pg_catalog.pg_namespace n
    where n.nspname = (pg_catalog.current_schemas(false))[1]) as "schemaMark"`;

/** Roles and databases may have a limit of their own, and pools too: that one stays. */
const limitedTo = (ms: number): string => `,
  case when pg_catalog.current_setting('statement_timeout') = '0' then pg_catalog.set_config('statement_timeout', '${ms}', false) end`;

const DIRECTLY = 'Connect to PostgreSQL directly, or keep such tenants apart by rowLevelSecurity.';

const MARK_IT =
  'If it carries no mark and is the tenant’s, run tenantSchemaSql() with adopt: true; if it is another’s, choose another prefix.';

/**
 * Checks whether a new connection is what its tenant's strategy relies on.
 *
 * @throws `MT_ISOLATION_UNSAFE`, `MT_SCHEMA_MISSING`; the driver's error when the server cannot be asked
 * @internal
 */
async function checkConnection(client: VerifiableClient, expected: ExpectedConnection): Promise<void> {
  const { tenantId, statementTimeoutMs } = expected;
  const text = statementTimeoutMs === undefined ? LOOK : LOOK + limitedTo(statementTimeoutMs);
  const answer = await client.query({ text });
  const found = (Array.isArray(answer) ? answer[0] : answer)?.rows[0] as Found;
  const trouble = mismatchOf(found, expected, client.processID);
  if (trouble !== null) throw new ConnectionUnsafeError(tenantId, ...trouble);
  assertSchema(found, expected);
}

function assertSchema({ schemas, schemaMark }: Found, expected: ExpectedConnection): void {
  const { tenantId, schema } = expected;
  if (schema === undefined) return;
  if (schemas.length === 0) throw new TenantSchemaMissingError(tenantId, schema);
  if (schemas.length > 1 || schemas[0] !== schema) {
    const what = `names are looked up in ${schemas.join(', ')} and not in ${schema} alone`;
    throw new ConnectionUnsafeError(tenantId, what, 'Let start-up options through, and leave search_path alone.');
  }
  if (schemaMark !== expected.schemaMark) {
    const what = `schema ${schema} is not marked "${expected.schemaMark}", but "${schemaMark ?? ''}"`;
    throw new ConnectionUnsafeError(tenantId, what, MARK_IT);
  }
}

/** What is wrong, and what to do. */
function mismatchOf(
  found: Found,
  expected: ExpectedConnection,
  processId: number | null | undefined,
): [string, string] | null {
  const { user, database, boundTo, direct } = expected;
  if (found.user !== user) return [`it logged in as "${found.user}" and not as "${user}"`, 'Log in as that role.'];
  if (found.database !== database)
    return [
      `it leads to database "${found.database}" and not to "${database}"`,
      'Check the address, and poolers on the way.',
    ];
  if (direct === true && typeof processId === 'number' && processId !== found.pid)
    return ['a pooler answers in the place of PostgreSQL, and may change servers between transactions', DIRECTLY];
  if (boundTo !== undefined && found.tenantId !== boundTo)
    return [
      `tenantry.tenant_id is "${found.tenantId}" and not "${boundTo}"`,
      'Let start-up options through, and run boundRoleSql().',
    ];
  return null;
}

/**
 * {@link checkConnection} for `verify` of a pool.
 *
 * @internal
 */
export function verifierOf(
  expected: ExpectedConnection,
): (client: VerifiableClient, done: (error?: Error) => void) => void {
  return (client, done) => {
    const { on, off } = client as Partial<Pick<PgClient, 'on' | 'off'>>;
    const ignore = (): void => undefined;
    on?.call(client, 'error', ignore);
    checkConnection(client, expected)
      .finally(() => off?.call(client, 'error', ignore))
      .then(() => done(), done);
  };
}
