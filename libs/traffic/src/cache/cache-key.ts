import { createHash } from 'node:crypto';

/** What distinguishes one answer from another. */
export interface CacheKeyParts {
  readonly tenantId: string;
  /** Generation of the tenant's record: after a change of it, earlier answers are not used. */
  readonly generation: number;
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  /** Values of the chosen request headers, in the order of their names. */
  readonly headers: readonly string[];
  /** The user; `null` for an answer that all users of the tenant share. */
  readonly principal: string | null;
}

/** The key of an answer. Queries with the same members in another order share one, as long as
 * members of one name keep their order. A digest keeps every key at one length. */
export function cacheKey({ tenantId, generation, method, url, headers, principal }: CacheKeyParts): string {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  const query =
    at < 0
      ? []
      : url
          .slice(at + 1)
          .split('&')
          .filter(Boolean)
          .sort(byName);
  const parts = JSON.stringify([tenantId, generation, method, path, query, headers, principal]);
  return createHash('sha256').update(parts).digest('base64url');
}

function byName(one: string, other: string): number {
  const [first, second] = [nameOf(one), nameOf(other)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

function nameOf(member: string): string {
  const at = member.indexOf('=');
  return at < 0 ? member : member.slice(0, at);
}
