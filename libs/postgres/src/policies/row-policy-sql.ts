/** Types that a column `tenant_id` may have, and how the setting, which is text, becomes one. */
const CASTS = { text: '', 'character varying': '', uuid: '::pg_catalog.uuid' } as const;

/** A type that a column `tenant_id` may have. */
export type TenantColumnType = keyof typeof CASTS;

/**
 * Whether a column of this type can be compared with a tenant's id.
 *
 * @internal
 */
export function isTenantColumnType(type: string): type is TenantColumnType {
  return Object.hasOwn(CASTS, type);
}

const SETTING = `pg_catalog.current_setting('tenantry.tenant_id', true)`;

/**
 * The tenant of the transaction as a value for the column; null where no tenant is set.
 *
 * Every name has its schema, whatever is on the search path in front of `pg_catalog`. The operator of `nullif` cannot be given one.
 *
 * @internal
 */
export function currentTenantSql(type: TenantColumnType): string {
  return `(case when ${SETTING} operator(pg_catalog.<>) '' then ${SETTING} end)${CASTS[type]}`;
}

/**
 * The statements that bind the rows of a table to the tenant of the transaction. They can be run again.
 *
 * @param table quoted
 * @internal
 */
export function rowPolicySql(table: string, type: TenantColumnType = 'text'): string[] {
  const ownRow = `tenant_id operator(pg_catalog.=) ${currentTenantSql(type)}`;
  return [
    `drop policy if exists tenant_isolation on ${table};`,
    `create policy tenant_isolation on ${table} using (${ownRow}) with check (${ownRow});`,
    `alter table ${table} enable row level security;`,
    `alter table ${table} force row level security;`,
  ];
}
