import { errors } from 'jose';

const BY_CLAIM = new Map([
  ['aud', 'it is meant for another audience'],
  ['iss', 'it is from another issuer'],
  ['exp', 'its expiry is malformed'],
  ['nbf', 'it is not valid yet'],
  ['iat', 'its time of issue is in the future or malformed'],
]);

/**
 * What is wrong with a token, as a clause for people; shows nothing of the token but names of claims.
 *
 * @param error what `jose` threw
 */
export function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return error.claim === 'iat' ? 'it is too old' : 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return `its claim ${error.claim} is missing`;
    return BY_CLAIM.get(error.claim) ?? `its claim ${error.claim} is not acceptable`;
  }
  return error instanceof errors.JWSSignatureVerificationFailed ? 'its signature does not verify' : 'it is malformed';
}
