/** The opaque text of a position in a list. @param parts JSON values */
export function encodeCursor(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts of a cursor; `null` for a text that {@link encodeCursor} cannot have written. */
export function decodeCursor(text: string): readonly unknown[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) && encodeCursor(parts) === text ? parts : null;
  } catch {
    return null;
  }
}
