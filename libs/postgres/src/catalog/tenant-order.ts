import { ArgumentInvalidError } from '@tenantry/core';
import type { TenantListQuery } from '@tenantry/core';

/** The order of a list of tenants, in SQL. */
export interface TenantOrder {
  readonly by: SortKey;
  readonly direction: 'asc' | 'desc';
  /** What is compared, of a table called `t`: ends with the key, so that no two tenants are equal. */
  readonly expressions: readonly string[];
  /** The same as text, for a cursor. */
  readonly texts: readonly string[];
  /** Turns the text of a cursor back into something to compare with. Takes `$1` and the like. */
  readonly parameters: readonly ((placeholder: string) => string)[];
}

type SortKey = NonNullable<TenantListQuery['sort']>['by'];
type OrderSql = Pick<TenantOrder, 'expressions' | 'texts' | 'parameters'>;

const LOWER_NAME = 'lower(t.name collate "C")';
const asText = (placeholder: string): string => `${placeholder}::text`;
const asTime = (placeholder: string): string =>
  `timestamptz 'epoch' + ${placeholder}::bigint * interval '1 microsecond'`;

/** The expressions are those of the indexes, to the letter. */
const ORDERS: ReadonlyMap<SortKey, OrderSql> = new Map<SortKey, OrderSql>([
  ['id', { expressions: ['t.key'], texts: ['t.key'], parameters: [asText] }],
  ['domain', { expressions: ['t.domain', 't.key'], texts: ['t.domain', 't.key'], parameters: [asText, asText] }],
  ['name', { expressions: [LOWER_NAME, 't.key'], texts: [LOWER_NAME, 't.key'], parameters: [asText, asText] }],
  [
    'createdAt',
    {
      expressions: ['t.created_at', 't.key'],
      texts: ['(extract(epoch from t.created_at) * 1000000)::bigint::text', 't.key'],
      parameters: [asTime, asText],
    },
  ],
]);

/**
 * The SQL of a sort; by id, ascending, where none is asked for.
 *
 * @throws `MT_ARGUMENT_INVALID` naming `sort.by` or `sort.direction`
 * @internal
 */
export function tenantOrderOf(sort: TenantListQuery['sort'] = { by: 'id' }): TenantOrder {
  const { by, direction = 'asc' } = sort;
  const sql = ORDERS.get(by);
  if (sql === undefined) throw new ArgumentInvalidError('sort.by', by, [...ORDERS.keys()].join(', '));
  if (!['asc', 'desc'].includes(direction)) throw new ArgumentInvalidError('sort.direction', direction, 'asc, desc');
  return { by, direction, ...sql };
}
