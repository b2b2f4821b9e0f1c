import { ArgumentInvalidError } from '../errors/usage.errors.js';
import type { TenantFilter, TenantListQuery, TenantPage, TenantSort } from './tenant-catalog.js';
import { assertTenantFilter } from './tenant-filter.js';
import { decodeCursor, encodeCursor } from '../kernel/cursor.js';
import { isTenantId } from '../tenant/tenant-id.js';
import { checkedListLimit } from './tenant-record.js';
import type { Tenant } from '../tenant/tenant.js';

type Records = ReadonlyMap<string, Tenant | null>;

/** The position of a tenant in a list: what the list is sorted by, then the lower-cased id, which orders equal ones. */
type Position = readonly [value: string, key: string];

function matchesFilter(tenant: Tenant, { status, plan, domain = {} }: TenantFilter): boolean {
  const { equals, startsWith, endsWith, contains } = domain;
  return (
    (status === undefined || tenant.status === status) &&
    (plan === undefined || tenant.plan === plan) &&
    (equals === undefined || tenant.domain === equals.toLowerCase()) &&
    (startsWith === undefined || tenant.domain.startsWith(startsWith.toLowerCase())) &&
    (endsWith === undefined || tenant.domain.endsWith(endsWith.toLowerCase())) &&
    (contains === undefined || tenant.domain.includes(contains.toLowerCase()))
  );
}

/**
 * One page of records that are held in memory.
 *
 * @param records by lower-cased id, in the order of their creation; `null` = deleted
 * @throws `MT_ARGUMENT_INVALID` for a bad limit, filter, sort or cursor
 */
export function pageOf(records: Records, { after, limit, filter = {}, sort }: TenantListQuery): TenantPage {
  const size = checkedListLimit(limit);
  const order = checkedSort(sort);
  assertTenantFilter(filter);
  const compare = order.direction === 'asc' ? comparePositions : (a: Position, b: Position) => comparePositions(b, a);
  const start = after === undefined ? null : positionOf(order, after);
  const matches = listed(records, order, filter)
    .filter(({ position }) => start === null || compare(position, start) > 0)
    .sort((a, b) => compare(a.position, b.position));
  const page = matches.slice(0, size);
  const last = matches.length > size ? page.at(-1) : undefined;
  return {
    items: page.map(({ tenant }) => tenant),
    next: last === undefined ? null : cursorOf(order, last.position),
  };
}

function listed(
  records: Records,
  { by }: TenantSort,
  filter: TenantFilter,
): { readonly tenant: Tenant; readonly position: Position }[] {
  return [...records].flatMap(([key, tenant], created) =>
    tenant !== null && matchesFilter(tenant, filter)
      ? [{ tenant, position: [sortValue(by, tenant, created), key] as const }]
      : [],
  );
}

function checkedSort({ by, direction = 'asc' }: TenantSort = { by: 'id' }): Required<TenantSort> {
  const [keys, directions] = [
    ['id', 'domain', 'name', 'createdAt'],
    ['asc', 'desc'],
  ];
  if (!keys.includes(by)) throw new ArgumentInvalidError('sort.by', by, keys.join(', '));
  if (!directions.includes(direction))
    throw new ArgumentInvalidError('sort.direction', direction, directions.join(', '));
  return { by, direction };
}

function sortValue(by: TenantSort['by'], { id, domain, name }: Tenant, created: number): string {
  switch (by) {
    case 'id':
      return id.toLowerCase();
    case 'domain':
      return domain;
    case 'name':
      return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    case 'createdAt':
      return String(created).padStart(16, '0');
  }
}

function comparePositions([value, key]: Position, [otherValue, otherKey]: Position): number {
  return compareText(value, otherValue) || compareText(key, otherKey);
}

/** By code points. JavaScript's own order, by halves of them, puts U+FFFD behind emoji. */
function compareText(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
}

function cursorOf({ by, direction }: Required<TenantSort>, [value, key]: Position): string {
  return encodeCursor([by, direction, value, key]);
}

function positionOf(sort: Required<TenantSort>, cursor: string): Position {
  const [value, key] = decodeCursor(cursor)?.slice(2) ?? [];
  if (typeof value === 'string' && isTenantId(key) && (sort.by !== 'createdAt' || /^\d{16}$/.test(value))) {
    if (!/\p{Cc}/u.test(value) && cursorOf(sort, [value, key]) === cursor) return [value, key];
  }
  throw new ArgumentInvalidError('after', cursor, 'the `next` of a page of the same sort, as it came');
}
