import { checkedListLimit } from '@tenantry/core';
import { TENANT_COLUMNS, tenantOf } from './tenant-row.js';
import type { TenantFilter, TenantListQuery, TenantPage } from '@tenantry/core';
import type { SqlSession } from '../sql/sql-database.js';
import type { TenantRow } from './tenant-row.js';

/**
 * One page, by keyset: its cost does not grow with its number.
 *
 * @throws `MT_ARGUMENT_INVALID` for a bad limit
 * @internal
 */
export async function listTenants(session: SqlSession, query: TenantListQuery): Promise<TenantPage> {
  const size = checkedListLimit(query.limit);
  const { where, params } = conditionsOf(query);
  const { rows } = await session.query<TenantRow>(
    `select ${TENANT_COLUMNS} from tenantry.tenants t ${where} order by t.key limit ${size + 1}`,
    params,
  );
  const page = rows.slice(0, size);
  return { items: page.map(tenantOf), next: rows.length > size ? (page.at(-1)?.key ?? null) : null };
}

function conditionsOf({ after, filter = {} }: TenantListQuery): { where: string; params: string[] } {
  const conditions: string[] = [];
  const params: string[] = [];
  const add = (condition: string, value: string | undefined): void => {
    if (value === undefined) return;
    params.push(storable(value));
    conditions.push(`${condition} $${params.length}`);
  };
  add('t.key >', after);
  add('t.status =', filter.status);
  add('t.plan =', filter.plan);
  addDomainConditions(add, filter.domain ?? {});
  return { where: conditions.length > 0 ? `where ${conditions.join(' and ')}` : '', params };
}

function addDomainConditions(
  add: (condition: string, value: string | undefined) => void,
  { equals, startsWith, endsWith, contains }: NonNullable<TenantFilter['domain']>,
): void {
  add('t.domain =', equals?.toLowerCase());
  if (startsWith !== undefined) add('t.domain like', `${literal(startsWith)}%`);
  if (endsWith !== undefined) add('t.domain like', `%${literal(endsWith)}`);
  if (contains !== undefined) add('t.domain like', `%${literal(contains)}%`);
}

function literal(text: string): string {
  return text.toLowerCase().replace(/[\\%_]/g, '\\$&');
}

/** PostgreSQL has no U+0000 in text. No record has U+0001 where it is asked for, so the comparison comes out the same. */
function storable(text: string): string {
  return text.replaceAll('\0', '\u0001');
}
