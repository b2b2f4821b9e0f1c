import type { Clock } from '@tenantry/core';
import type { IssuerLookup, IssuerOptions } from './issuer-options.js';

/** Options of {@link fromIssuers}. */
export interface FromIssuersOptions {
  /** The issuers, at least one; or a function that finds one, so that each tenant of the catalog can have its own. */
  readonly issuers: readonly IssuerOptions[] | IssuerLookup;
  /** Milliseconds for which the answer of an {@link IssuerLookup} is kept, 0 to 3,600,000. Default 60,000. */
  readonly issuerCacheMs?: number;
  /** Issuers kept of those looked up, and as many unknown ones beside them, 1 to 100,000. Default 1,000. */
  readonly maxIssuers?: number;
  /**
   * Which addresses of key sets may be fetched, beyond what {@link JwksOptions} demands. Name the hosts here when tenants
   * configure their issuers themselves. Default: all of a list; of a look-up those with `https:`.
   */
  readonly allowJwksUrl?: (url: URL) => boolean;
  /** Verified tokens kept, so that the same one is not verified again within 60 s, 0 to 100,000. Default 0: none. */
  readonly maxCachedTokens?: number;
  /** Milliseconds since 1970, for `exp`, `nbf` and `iat`. Default the system's. */
  readonly now?: () => number;
  /** Measures caching, cool-down and timeout. Default the system's monotonic clock. */
  readonly clock?: Clock;
}
