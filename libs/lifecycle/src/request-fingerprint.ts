import { createHash } from 'node:crypto';

/**
 * Digest of what a request asks for: equal requests give equal digests, whatever the order of their members.
 *
 * @param request JSON; must hold no secret, for a digest of a weak one can be guessed
 */
export function requestFingerprint(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(request, sorted)).digest('base64url');
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
