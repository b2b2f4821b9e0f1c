import { createHash } from 'node:crypto';

/** SHA-256 of a secret of high entropy, which needs no salt and no slow hash. */
export function digest(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}
