import { assertTenantFilter, checkedListLimit } from '@tenantry/core/spi';
import { decodeCursor, encodeCursor } from './tenant-cursor.js';
import { tenantOrderOf } from './tenant-order.js';
import { TENANT_COLUMNS, tenantOf } from './tenant-row.js';
import type { TenantFilter, TenantListQuery, TenantPage } from '@tenantry/core';
import type { SqlSession } from '../sql/sql-database.js';
import type { TenantOrder } from './tenant-order.js';
import type { TenantRow } from './tenant-row.js';

/** A row of a list, with its place in it. */
type ListedRow = TenantRow & { readonly position: readonly string[] };

/**
 * One page, by keyset: its cost does not grow with its number.
 *
 * @throws `MT_ARGUMENT_INVALID` for a limit, sort, filter or cursor that is not allowed
 * @internal
 */
export async function listTenants(session: SqlSession, query: TenantListQuery): Promise<TenantPage> {
  const size = checkedListLimit(query.limit);
  const order = tenantOrderOf(query.sort);
  const { where, params } = conditionsOf(query, order);
  const { rows } = await session.query<ListedRow>(
    `select ${TENANT_COLUMNS}, array[${order.texts.join(', ')}] as position from tenantry.tenants t ${where}
     order by ${order.expressions.map((expression) => `${expression} ${order.direction}`).join(', ')} limit ${size + 1}`,
    params,
  );
  const page = rows.slice(0, size);
  const last = rows.length > size ? page.at(-1) : undefined;
  return { items: page.map(tenantOf), next: last === undefined ? null : encodeCursor(order, last.position) };
}

/** The conditions of one query, with their parameters. */
class Conditions {
  readonly params: string[] = [];
  readonly #texts: string[] = [];

  /** Leaves a condition out that is not asked for. */
  add(condition: string, value: string | undefined): void {
    if (value !== undefined) this.#texts.push(`${condition} ${this.#bind(storable(value))}`);
  }

  addPlace({ expressions, parameters, direction }: TenantOrder, position: readonly string[]): void {
    const place = parameters.map((parameter, at) => parameter(this.#bind(position[at] ?? '')));
    this.#texts.push(`(${expressions.join(', ')}) ${direction === 'asc' ? '>' : '<'} (${place.join(', ')})`);
  }

  get where(): string {
    return this.#texts.length > 0 ? `where ${this.#texts.join(' and ')}` : '';
  }

  #bind(value: string): string {
    return `$${this.params.push(value)}`;
  }
}

function conditionsOf({ after, filter = {} }: TenantListQuery, order: TenantOrder): Conditions {
  assertTenantFilter(filter);
  const conditions = new Conditions();
  if (after !== undefined) conditions.addPlace(order, decodeCursor(order, after));
  conditions.add('t.status =', filter.status);
  conditions.add('t.plan =', filter.plan);
  addDomainConditions(conditions, filter.domain ?? {});
  return conditions;
}

function addDomainConditions(
  conditions: Conditions,
  { equals, startsWith, endsWith, contains }: NonNullable<TenantFilter['domain']>,
): void {
  conditions.add('t.domain =', equals?.toLowerCase());
  if (startsWith !== undefined) conditions.add('t.domain like', `${literal(startsWith)}%`);
  if (endsWith !== undefined) conditions.add('reverse(t.domain) like', `${literal(reversed(endsWith))}%`);
  if (contains !== undefined) conditions.add('t.domain like', `%${literal(contains)}%`);
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}

function literal(text: string): string {
  return text.toLowerCase().replace(/[\\%_]/g, '\\$&');
}

/** PostgreSQL has no U+0000 in text. No record has U+0001 where it is asked for, so the comparison comes out the same. */
function storable(text: string): string {
  return text.replaceAll('\0', '\u0001');
}
