/** Algorithms of a shared secret, and the bytes that it needs (RFC 7518, section 3.2). */
export const SECRET_BYTES = new Map([
  ['HS256', 32],
  ['HS384', 48],
  ['HS512', 64],
]);

/** Algorithms of a key pair. */
export const ASYMMETRIC_ALGORITHMS: ReadonlySet<string> = new Set([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]);

/** An algorithm that tokens may be signed with. `none` is not one. */
export type SigningAlgorithm =
  | `HS${256 | 384 | 512}`
  | `RS${256 | 384 | 512}`
  | `PS${256 | 384 | 512}`
  | `ES${256 | 384 | 512}`
  | 'EdDSA'
  | 'Ed25519';
