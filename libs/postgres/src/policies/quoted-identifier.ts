import { createHash } from 'node:crypto';

const MAX_BYTES = 63;
const HASH_LENGTH = 8;

/**
 * Quotes any name that the database knows already, for use in SQL: mixed case, spaces, quotes and all.
 *
 * @internal
 */
export function quotedIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A name for something that belongs to something named, in the 63 bytes that PostgreSQL keeps: where they do not suffice,
 * the name is cut and a hash of it keeps it apart from others.
 *
 * @param suffix ASCII, 40 characters at most
 * @internal
 */
export function suffixedName(name: string, suffix: string): string {
  if (Buffer.byteLength(name) + suffix.length <= MAX_BYTES) return `${name}${suffix}`;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  let cut = '';
  for (const character of name) {
    if (Buffer.byteLength(cut + character) > MAX_BYTES - suffix.length - HASH_LENGTH - 1) break;
    cut += character;
  }
  return `${cut}_${hash}${suffix}`;
}
