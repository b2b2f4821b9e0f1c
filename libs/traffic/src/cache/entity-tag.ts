import { createHash } from 'node:crypto';

/** The entity tag of a body: the same on every node. Weak, because a proxy may compress the answer. */
export function entityTag(body: string | undefined): string {
  return `W/"${createHash('sha256')
    .update(body ?? '')
    .digest('base64url')
    .slice(0, 27)}"`;
}

/** Whether a client that sends this `If-None-Match` has the body already. */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((each) => opaque(each) === opaque(etag));
}

function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}
