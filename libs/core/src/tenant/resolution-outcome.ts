import type { MultitenancyError } from '../errors/multitenancy.error.js';
import type { Tenant } from './tenant.js';

/**
 * How far the place can be trusted that an identifier was read from.
 *
 * - `verified`: a signature was checked
 * - `proxy`: a header set by a trusted peer
 * - `network`: the Host or path that the client chose; it shows only what the client addressed
 */
export type ResolverTrust = 'verified' | 'proxy' | 'network';

/** What one resolver said of a request; a row of {@link ResolutionTrace}. */
export interface ResolutionTraceEntry {
  readonly resolver: string;
  readonly trust: ResolverTrust;
  readonly answer: 'resolved' | 'notApplicable' | 'rejected';
  /** The canonical identifier that it read, when `resolved`. */
  readonly identifier?: string;
  /** The tenant that the identifier led to; absent when the catalog knows none. */
  readonly tenantId?: string;
  /** Why it was rejected. */
  readonly reason?: string;
}

/** What every resolver said of a request, in their order. For logs and support; holds no secret. */
export type ResolutionTrace = readonly ResolutionTraceEntry[];

/**
 * What all resolvers together say of a request.
 *
 * - `resolved`: they name one tenant, and it is active
 * - `notApplicable`: none of them names a tenant
 * - `rejected`: an identifier is malformed, unknown, not to be trusted, of a tenant that is not served, or the catalog is out
 * - `conflict`: two of them name different tenants
 */
export type ResolutionOutcome =
  | {
      readonly kind: 'resolved';
      readonly tenant: Tenant;
      readonly trust: ResolverTrust;
      readonly trace: ResolutionTrace;
    }
  | { readonly kind: 'notApplicable'; readonly trace: ResolutionTrace }
  | { readonly kind: 'rejected' | 'conflict'; readonly error: MultitenancyError; readonly trace: ResolutionTrace };
