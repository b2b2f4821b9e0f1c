export type { SigningAlgorithm } from './algorithms.js';
export { fromIssuers } from './from-issuers.js';
export type { FromIssuersOptions } from './from-issuers-options.js';
export type {
  IssuerKeys,
  IssuerLookup,
  IssuerOptions,
  JwksOptions,
  TenantAllowance,
  TenantBinding,
} from './issuer-options.js';
export { IssuerUnavailableError } from './jwt.errors.js';
export { verifiedClaims } from './verified-claims.js';
export type { VerifiedClaims } from './verified-claims.js';
