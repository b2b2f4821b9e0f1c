import { z } from 'zod';
import { validationFailed } from './api-errors.js';

/** Where a page ends: the sort key of its last item. */
export interface Cursor {
  readonly createdAt: Date;
  readonly id: string;
}

const YEAR_ZERO = /^0000/;
const cursorSchema = z.tuple([z.iso.datetime().refine((text) => !YEAR_ZERO.test(text)), z.uuid()]);

/** Writes a cursor as the opaque text of `next`. */
export function encodeCursor({ createdAt, id }: Cursor): string {
  return Buffer.from(JSON.stringify([createdAt.toISOString(), id])).toString('base64url');
}

/**
 * Reads the text of `after`.
 *
 * @throws `VALIDATION_FAILED` naming `after`, when it is not a `next` of ours
 */
export function decodeCursor(text: string): Cursor {
  const result = cursorSchema.safeParse(parsed(Buffer.from(text, 'base64url').toString('utf8')));
  if (!result.success) {
    throw validationFailed([{ field: 'after', message: 'Pass the `next` of the page before, unchanged' }]);
  }
  const [createdAt, id] = result.data;
  return { createdAt: new Date(createdAt), id };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
