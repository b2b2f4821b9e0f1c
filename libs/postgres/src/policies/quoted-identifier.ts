/**
 * Quotes any name that the database knows already, for use in SQL: mixed case, spaces, quotes and all.
 *
 * @internal
 */
export function quotedIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
