import type { MaybePromise } from '@tenantry/core/spi';
import type { JWK } from 'jose';
import type { SigningAlgorithm } from './algorithms.js';
import type { VerifiedClaims } from './verified-claims.js';

/** Where the public keys of an issuer are fetched, and the limits of a fetch. */
export interface JwksOptions {
  /** The key set. `https:`, or `http:` on a loopback address; without user name, password and fragment. Redirects are refused. */
  readonly url: string | URL;
  /** Milliseconds after which known keys are fetched again, 1,000 to 86,400,000. Default 600,000 (10 min). */
  readonly cacheMs?: number;
  /** Least milliseconds between two fetches, however many unknown keys are asked for, 1,000 to 3,600,000. Default 30,000. */
  readonly coolDownMs?: number;
  /** Milliseconds for one fetch, its body included, 100 to 60,000. Default 5,000. */
  readonly timeoutMs?: number;
  /** Bytes of a key set, 1,024 to 10,485,760. A larger one counts as an outage. Default 262,144. */
  readonly maxBytes?: number;
}

/** What an issuer signs with: exactly one of the three. */
export type IssuerKeys =
  | { readonly jwks: JwksOptions; readonly keys?: never; readonly secret?: never }
  | {
      /** Public keys, at least one. RSA keys of 2,048 bits or more. */
      readonly keys: readonly JWK[];
      readonly jwks?: never;
      readonly secret?: never;
    }
  | {
      /** Shared secret of the HS algorithms: at least as many bytes as the longest hash allowed (32, 48 or 64). Text counts in UTF-8. */
      readonly secret: string | Uint8Array;
      readonly jwks?: never;
      readonly keys?: never;
    };

/** Decides whether an issuer may assert a tenant. Only `true` allows; a throw is an outage. */
export type TenantAllowance = (tenantId: string, claims: VerifiedClaims) => MaybePromise<boolean>;

/** Which tenants an issuer may assert: one, or those that a claim names. Tenants are named by id, without regard to case. */
export type TenantBinding =
  | {
      /** The issuer belongs to this tenant. */
      readonly tenantId: string;
      /** A claim that, where a token carries it, must name the same tenant. Default: none is read. */
      readonly claim?: string;
    }
  | {
      /** The claim that holds the tenant's id, as one text. */
      readonly claim: string;
      /**
       * The ids that the issuer may assert. Default: all but the super tenant. Required where issuers are looked up, and
       * for the super tenant.
       */
      readonly allowed?: readonly string[] | TenantAllowance;
      readonly tenantId?: never;
    };

/** An issuer of tokens, and what it is trusted with. */
export type IssuerOptions = IssuerKeys & {
  /** Exactly the `iss` of its tokens, 1 to 512 characters. */
  readonly issuer: string;
  /** Who the tokens are for: a token must name one of these in `aud`. */
  readonly audience: string | readonly string[];
  /** Algorithms that it signs with: HS ones with `secret`, the others with `jwks` or `keys`; never both. */
  readonly algorithms: readonly SigningAlgorithm[];
  /** The tenants that it may assert. */
  readonly tenants: TenantBinding;
  /** Values of the header's `typ`, one of which is then required. Default: none, `JWT` or `at+jwt`. */
  readonly types?: readonly string[];
  /** Claims that must be there beside `iss`, `aud`, `exp` and the tenant's. Default none. */
  readonly requiredClaims?: readonly string[];
  /** Seconds by which clocks may differ, 0 to 60. Default 5. */
  readonly clockToleranceSeconds?: number;
  /** Greatest age by `iat`, which is then required, in seconds, 1 to 31,536,000. Default: only `exp` counts. */
  readonly maxTokenAgeSeconds?: number;
};

/** Finds an issuer by its exact `iss`, which is not verified yet; `null` = not one of ours. A throw is an outage (503). */
export type IssuerLookup = (issuer: string) => MaybePromise<IssuerOptions | null>;
