import { ArgumentInvalidError, isTenantId } from '@tenantry/core';
import { decodeCursor as decodeParts, encodeCursor as encodeParts } from '@tenantry/core/spi';
import type { TenantOrder } from './tenant-order.js';

const CONTROL_CHARACTER = /\p{Cc}/u;
const MICROSECONDS = /^-?\d{1,17}$/;

/**
 * The cursor from which a list continues: its sort, and the position in it.
 *
 * @param position one text for each of the order's expressions
 * @internal
 */
export function encodeCursor({ by, direction }: TenantOrder, position: readonly string[]): string {
  return encodeParts([by, direction, ...position]);
}

/**
 * The place that a cursor stands for.
 *
 * @throws `MT_ARGUMENT_INVALID` when it belongs to another sort, or no list of this sort could have given it
 * @internal
 */
export function decodeCursor(order: TenantOrder, cursor: string): readonly string[] {
  const position = decodeParts(cursor)?.slice(2);
  if (!isPosition(order, position) || encodeCursor(order, position) !== cursor) {
    throw new ArgumentInvalidError('after', cursor, 'the `next` of a page of the same sort, as it came');
  }
  return position;
}

function isPosition({ by, expressions }: TenantOrder, position: unknown): position is readonly string[] {
  if (!Array.isArray(position) || position.length !== expressions.length) return false;
  const texts: readonly unknown[] = position;
  if (!texts.every((text) => typeof text === 'string' && !CONTROL_CHARACTER.test(text))) return false;
  return isTenantId(texts.at(-1)) && (by !== 'createdAt' || MICROSECONDS.test(String(texts[0])));
}
