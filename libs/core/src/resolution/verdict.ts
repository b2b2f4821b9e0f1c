import type { MultitenancyError } from '../errors/multitenancy.error.js';
import { TenantConflictError, TenantUnknownError } from '../errors/tenant.errors.js';
import type {
  ResolutionOutcome,
  ResolutionTrace,
  ResolutionTraceEntry,
  ResolverTrust,
} from '../tenant/resolution-outcome.js';
import { servingProblem } from '../catalog/tenant-directory.js';
import type { Tenant } from '../tenant/tenant.js';
import type { ResolverAnswer, TenantResolver } from './tenant-resolver.js';

/** What one resolver said, and the tenant it led to. */
export interface Claim {
  readonly resolver: TenantResolver;
  readonly answer: ResolverAnswer;
  /** Canonical identifier, when `resolved`. */
  readonly identifier?: string;
  /** The tenant, `null` = unknown to the catalog, when `resolved`. */
  readonly tenant?: Tenant | null;
}

const TRUST_RANK: Readonly<Record<ResolverTrust, number>> = { network: 0, proxy: 1, verified: 2 };

/**
 * Combines all claims of a request together. Pure.
 *
 * In this order: a rejection rejects; two tenants conflict; an unknown identifier rejects, unless it is weak and
 * another claim names a tenant; a tenant that is not served rejects.
 */
export function verdictOf(claims: readonly Claim[]): ResolutionOutcome {
  const only = claims.length === 1 ? claims[0] : undefined;
  if (only?.tenant?.status === 'active') {
    return { kind: 'resolved', tenant: only.tenant, trust: only.resolver.trust, trace: [traceEntry(only)] };
  }
  const trace: ResolutionTrace = claims.map(traceEntry);
  const rejection = claims.find(({ answer }) => answer.kind === 'rejected')?.answer;
  if (rejection?.kind === 'rejected') return { kind: 'rejected', error: rejection.error, trace };

  const known = claims.filter((claim) => claim.tenant);
  const first = known[0]?.tenant;
  if (known.some(({ tenant }) => tenant?.id !== first?.id)) {
    return { kind: 'conflict', error: new TenantConflictError(), trace };
  }
  const unknown = unknownClaim(claims, known.length > 0);
  if (unknown) return { kind: 'rejected', error: unknown, trace };
  if (!first) return { kind: 'notApplicable', trace };

  const problem = servingProblem(first);
  return problem
    ? { kind: 'rejected', error: problem, trace }
    : { kind: 'resolved', tenant: first, trust: highestTrust(known), trace };
}

/**
 * What counts when a request is evaluated once more. Pure. A tenant that was resolved is never exchanged: it stays, or is
 * refused.
 */
export function laterOutcome(known: ResolutionOutcome, later: ResolutionOutcome): ResolutionOutcome {
  if (known.kind !== 'resolved') return later;
  if (later.kind === 'notApplicable') return known;
  if (later.kind !== 'resolved') return later;
  if (later.tenant.id !== known.tenant.id) {
    return { kind: 'conflict', error: new TenantConflictError(), trace: [...known.trace, ...later.trace] };
  }
  return later;
}

function unknownClaim(claims: readonly Claim[], somethingKnown: boolean): MultitenancyError | null {
  const unknown = claims.find(
    ({ answer, tenant }) => answer.kind === 'resolved' && tenant === null && !(answer.weak && somethingKnown),
  );
  return unknown?.identifier === undefined ? null : new TenantUnknownError(unknown.identifier);
}

function highestTrust(claims: readonly Claim[]): ResolverTrust {
  return claims.reduce<ResolverTrust>(
    (best, { resolver }) => (TRUST_RANK[resolver.trust] > TRUST_RANK[best] ? resolver.trust : best),
    'network',
  );
}

/** Written out, because every request has some of them and spreads are expensive. */
function traceEntry({ resolver: { name: resolver, trust }, answer, identifier, tenant }: Claim): ResolutionTraceEntry {
  if (answer.kind === 'rejected') return { resolver, trust, answer: 'rejected', reason: answer.error.message };
  if (identifier === undefined) return { resolver, trust, answer: answer.kind };
  if (!tenant) return { resolver, trust, answer: answer.kind, identifier };
  return { resolver, trust, answer: answer.kind, identifier, tenantId: tenant.id };
}
