/** A JSON object. */
export type JsonMembers = Readonly<Record<string, unknown>>;

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/**
 * Parses a JSON object whose names are unambiguous.
 *
 * @returns `null` when the text is no JSON object, or names a member twice at any depth: another reader could take the other one
 */
export function parseJsonObject(text: string): JsonMembers | null {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return namesTwice(text) ? null : (value as JsonMembers);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** Looks through text that is known to be JSON. A string before a colon is a name; escapes are undone before names are compared. */
function namesTwice(text: string): boolean {
  const open: Set<string>[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const names = open.at(-1);
      const name = last.includes('\\') ? (JSON.parse(last) as string) : last.slice(1, -1);
      if (names?.has(name)) return true;
      names?.add(name);
    } else last = token;
  }
  return false;
}
