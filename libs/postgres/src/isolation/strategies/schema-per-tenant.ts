import { pooledStrategy } from './pooled-strategy.js';
import type { PooledStrategy, PooledStrategyOptions } from './pooled-strategy.js';
import type { PgCredentials, PgServer } from './tenant-connection.js';
import { tenantSchemaMark, tenantSchemaName } from './tenant-schema.js';

/** What {@link schemaPerTenant} takes. */
export interface SchemaPerTenantOptions extends PooledStrategyOptions {
  readonly server: PgServer;
  /** Who logs in for a tenant. A role for each tenant keeps SQL with the name of another schema out, one for all does not. */
  readonly credentials: (tenantId: string) => PgCredentials | Promise<PgCredentials>;
  /** As of `tenantSchemaName`. Default `TENANT_SCHEMA_PREFIX`. */
  readonly schemaPrefix?: string;
}

/**
 * One database, a schema and a small pool for each tenant. Names without a schema are found in the tenant's schema and nowhere
 * else; the path is fixed when the connection starts, so a pooler that answers in the place of PostgreSQL is refused.
 *
 * Tenants need `tenantSchemaSql`, and their tables. Each new connection is checked: also whether the schema is marked as that of this
 * tenant under this prefix, since two prefixes may lead to one name.
 *
 * @throws `MT_OPTIONS_INVALID`, `MT_ARGUMENT_INVALID`; from calls `MT_SCHEMA_MISSING`, `MT_DATABASE_UNAVAILABLE`,
 *   `MT_ISOLATION_UNSAFE`, and what `credentials` throws wrapped in `MT_CLIENT_CREATE_FAILED`
 */
export function schemaPerTenant(options: SchemaPerTenantOptions): PooledStrategy {
  const { server, credentials, schemaPrefix } = options;
  tenantSchemaName('any', schemaPrefix);
  return pooledStrategy('schema per tenant', options, async (tenantId) => {
    const schema = tenantSchemaName(tenantId, schemaPrefix);
    return {
      server,
      credentials: await credentials(tenantId),
      startUp: { search_path: schema },
      expected: { schema, schemaMark: tenantSchemaMark(tenantId, schemaPrefix), direct: true },
    };
  });
}
