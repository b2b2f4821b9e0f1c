import { MultitenancyError } from '../errors/multitenancy.error.js';
import { TenantIdentifierInvalidError } from '../errors/tenant.errors.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { ResolverTrust } from '../tenant/resolution-outcome.js';
import type { TenantRequest } from './tenant-request.js';

/** What a resolver answers about one request. */
export type ResolverAnswer =
  | { readonly kind: 'resolved'; readonly identifier: string; readonly weak: boolean; readonly byId?: boolean }
  | { readonly kind: 'notApplicable' }
  | { readonly kind: 'rejected'; readonly error: MultitenancyError };

/** This place names no tenant. */
export const notApplicable: ResolverAnswer = Object.freeze({ kind: 'notApplicable' });

/**
 * This place names a tenant.
 *
 * @param identifier the text as it was read; the chain canonicalises it and rejects what is malformed
 * @param options `weak`: a place that may name something other than a tenant (any Host). When the catalog does not know
 *   a weak identifier and another resolver names a tenant, it is ignored. Default `false`. `byId`: only the tenant with this
 *   very id is meant; a domain or alias counts as unknown, so that what was issued for one tenant never passes to another. Default `false`.
 */
export function resolved(
  identifier: string,
  { weak = false, byId = false }: { weak?: boolean; byId?: boolean } = {},
): ResolverAnswer {
  return { kind: 'resolved', identifier, weak, byId };
}

/**
 * This place names a tenant in a way that must not be used.
 *
 * @param reason a clause for the message, or an error of the library that decides code and HTTP status
 */
export function rejected(reason: string | MultitenancyError): ResolverAnswer {
  return { kind: 'rejected', error: typeof reason === 'string' ? new TenantIdentifierInvalidError(reason) : reason };
}

/** Reads one identifier from one place of a request, and knows how far that place can be trusted. */
export interface TenantResolver {
  /** For traces and logs. */
  readonly name: string;
  readonly trust: ResolverTrust;
  /**
   * When it can be asked: `head` (default) as soon as the request's head is there, `body` once the body is parsed;
   * a `body` resolver is called by the guard, and adds to the answers of the others.
   */
  readonly phase?: 'head' | 'body';
  /** Reads the request. A throw counts as a rejection: it never lets a request through. */
  resolve(request: TenantRequest): MaybePromise<ResolverAnswer>;
}

/**
 * A resolver as a plain function: an identifier, or `null`/`undefined` when this place names none, or an answer.
 * Its trust is `network`; write a {@link TenantResolver} for more.
 */
export type TenantResolverFunction = (
  request: TenantRequest,
) => MaybePromise<string | null | undefined | ResolverAnswer>;

/** Makes a resolver of a function. */
export function resolverOf(resolver: TenantResolver | TenantResolverFunction): TenantResolver {
  if (typeof resolver !== 'function') return resolver;
  return {
    name: resolver.name || 'function',
    trust: 'network',
    resolve: (request) => {
      const answer = resolver(request);
      return answer instanceof Promise ? answer.then(answerOf) : answerOf(answer);
    },
  };
}

function answerOf(answer: string | null | undefined | ResolverAnswer): ResolverAnswer {
  if (answer === null || answer === undefined) return notApplicable;
  return typeof answer === 'string' ? resolved(answer) : checkedAnswer(answer);
}

/** An answer as it must be; anything else is a fault of the resolver, and rejects. */
export function checkedAnswer(answer: unknown): ResolverAnswer {
  return isAnswer(answer) ? answer : rejected('its resolver gave something that is no answer');
}

function isAnswer(answer: unknown): answer is ResolverAnswer {
  const { kind, identifier, error } = Object(answer) as Partial<Record<'kind' | 'identifier' | 'error', unknown>>;
  if (kind === 'resolved') return typeof identifier === 'string';
  return kind === 'notApplicable' || (kind === 'rejected' && error instanceof MultitenancyError);
}
