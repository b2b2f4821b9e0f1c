/** What Express's response and Fastify's reply have in common. */
export interface PlatformResponse {
  statusCode: number;
  getHeaders(): Record<string, unknown>;
  status(code: number): unknown;
}

/** Headers that belong to one answer, and are not kept. */
const OWN = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding', 'set-cookie']);

/**
 * The headers that a handler has set.
 *
 * @param before the headers when it began
 * @param vary names of request headers that the cache distinguishes
 * @returns `undefined` where the answer must not be kept
 */
export function cacheableHeaders(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  vary: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (after['set-cookie'] !== undefined) return undefined;
  if (/no-store/i.test(textOf(after['cache-control']))) return undefined;
  if (!varies(textOf(before['vary']), textOf(after['vary']), vary)) return undefined;
  const own = Object.entries(after).filter(([name, value]) => before[name] !== value && !OWN.has(name.toLowerCase()));
  return Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), textOf(value)]));
}

/** The names of a `Vary` and more of them. */
export function withVary(current: unknown, names: readonly string[]): string {
  return [...new Set([...namesOf(textOf(current)), ...names])].join(', ');
}

/** Whether the handler's `Vary` names only what is distinguished, or what was there before. */
function varies(before: string, after: string, vary: readonly string[]): boolean {
  const known = new Set([...namesOf(before), ...vary]);
  return namesOf(after).every((name) => known.has(name) && name !== '*');
}

function namesOf(vary: string): string[] {
  return vary
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
