import { z } from 'zod';
import { text } from './text.js';

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Pass as `after` for the next page; `null` = this was the last one. */
  readonly next: string | null;
}

const LIMIT = 'a whole number from 1 to 100';

/** The query of every list: `limit` 1 to 100, 20 by default, and the `next` of the page before as `after`. */
export const pageQuerySchema = z.strictObject({
  limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(100, LIMIT).default(20),
  after: text(1, 1_500).optional(),
});

/** {@link pageQuerySchema} once checked. */
export type PageQuery = z.output<typeof pageQuerySchema>;

/** The answer of a list, for validation and documents. */
export function pageSchema<T extends z.ZodType>(
  item: T,
): z.ZodObject<{ items: z.ZodArray<T>; next: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/**
 * Cuts a page out of rows of which one more than `limit` was asked for.
 *
 * @param cursorOf the `next` of a page that ends with this row
 */
export function pageOf<T>(rows: readonly T[], limit: number, cursorOf: (last: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
