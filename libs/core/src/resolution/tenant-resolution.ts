import { catalogError } from '../errors/catalog.errors.js';
import type { MultitenancyError } from '../errors/multitenancy.error.js';
import { presentedError } from '../errors/error-detail.js';
import type { ErrorDetail } from '../errors/error-detail.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import type { TenantDirectory } from '../catalog/tenant-directory.js';
import { canonicalIdentifier } from '../tenant/tenant-identifier.js';
import type { Tenant } from '../tenant/tenant.js';
import { ResolverCalls } from './resolver-calls.js';
import { rejected, resolved } from './tenant-resolver.js';
import type { ResolverAnswer, TenantResolver } from './tenant-resolver.js';
import type { TenantRequest } from './tenant-request.js';
import { verdictOf, laterOutcome } from './verdict.js';
import type { Claim } from './verdict.js';

/**
 * Runs every resolver for a request and combines their answers. Never throws and never rejects: any failure
 * becomes a `rejected` outcome. Synchronous as long as resolvers and catalog are.
 */
export class TenantResolution {
  readonly #head: readonly TenantResolver[];
  readonly #body: readonly TenantResolver[];
  readonly #directory: TenantDirectory;
  readonly #errorDetail: ErrorDetail;
  readonly #calls = new ResolverCalls();

  /** @param errorDetail what the errors of its outcomes may reveal */
  constructor(resolvers: readonly TenantResolver[], directory: TenantDirectory, errorDetail: ErrorDetail = 'full') {
    this.#errorDetail = errorDetail;
    this.#head = resolvers.filter(({ phase }) => phase !== 'body');
    this.#body = resolvers.filter(({ phase }) => phase === 'body');
    this.#directory = directory;
  }

  /** Whether some resolvers can only run once the body is parsed. */
  get readsBody(): boolean {
    return this.#body.length > 0;
  }

  /** The outcome by the resolvers that need no body. */
  ofHead(request: TenantRequest): MaybePromise<ResolutionOutcome> {
    return this.#verdict(this.#askAll(this.#head, request));
  }

  /**
   * The outcome once the body is parsed: unchanged where no resolver finds a tenant in the body, else by all resolvers.
   *
   * @param head the outcome by the resolvers that need no body
   */
  ofWhole(request: TenantRequest, head: ResolutionOutcome): MaybePromise<ResolutionOutcome> {
    if (!this.readsBody) return this.again(request, head);
    const verdictOfAll = (body: readonly Claim[]): MaybePromise<ResolutionOutcome> => {
      if (body.every(({ answer }) => answer.kind === 'notApplicable')) return this.again(request, head);
      const claims = this.#askAll(this.#head, request);
      const whole = this.#verdict(
        claims instanceof Promise ? claims.then((late) => [...late, ...body]) : [...claims, ...body],
      );
      return whole instanceof Promise ? whole.then((late) => this.#later(head, late)) : this.#later(head, whole);
    };
    const body = this.#askAll(this.#body, request);
    return body instanceof Promise ? body.then(verdictOfAll) : verdictOfAll(body);
  }

  /**
   * Evaluates a tenant that was resolved once more, later: whether it is still served, by the same names, and whether the
   * token that names it still counts. A place that names nothing any more (a header that a middleware has removed) is
   * taken as it was.
   *
   * @param known the outcome so far; the same object where nothing has changed
   */
  again(request: TenantRequest, known: ResolutionOutcome): MaybePromise<ResolutionOutcome> {
    if (known.kind !== 'resolved') return known;
    const resolvers = [...this.#head, ...this.#body];
    const claims = known.trace.flatMap(({ answer, identifier }, index) => {
      const resolver = resolvers[index];
      if (answer !== 'resolved' || identifier === undefined || resolver === undefined) return [];
      return [this.#ask(resolver, request, resolved(identifier))];
    });
    const unlessRefused = (later: ResolutionOutcome): ResolutionOutcome => {
      const outcome = this.#later(known, later);
      return outcome.kind === 'resolved' ? known : outcome;
    };
    const outcome = this.#verdict(awaited(claims));
    return outcome instanceof Promise ? outcome.then(unlessRefused) : unlessRefused(outcome);
  }

  #later(known: ResolutionOutcome, later: ResolutionOutcome): ResolutionOutcome {
    const outcome = laterOutcome(known, later);
    return outcome === later ? later : presented(outcome, this.#errorDetail);
  }

  #verdict(claims: MaybePromise<readonly Claim[]>): MaybePromise<ResolutionOutcome> {
    return claims instanceof Promise
      ? claims.then((late) => presented(verdictOf(late), this.#errorDetail))
      : presented(verdictOf(claims), this.#errorDetail);
  }

  #askAll(resolvers: readonly TenantResolver[], request: TenantRequest): MaybePromise<Claim[]> {
    const claims: MaybePromise<Claim>[] = [];
    for (const resolver of resolvers) claims.push(this.#ask(resolver, request));
    return awaited(claims);
  }

  /** @param otherwise what counts where the resolver finds nothing */
  #ask(resolver: TenantResolver, request: TenantRequest, otherwise?: ResolverAnswer): MaybePromise<Claim> {
    const answer = this.#calls.ask(resolver, request);
    if (answer instanceof Promise) return answer.then((late) => this.#lookUp(resolver, late, otherwise));
    return this.#lookUp(resolver, answer, otherwise);
  }

  #lookUp(resolver: TenantResolver, given: ResolverAnswer, otherwise?: ResolverAnswer): MaybePromise<Claim> {
    const answer = given.kind === 'notApplicable' ? (otherwise ?? given) : given;
    if (answer.kind !== 'resolved') return { resolver, answer };
    const identifier = canonicalIdentifier(answer.identifier);
    if (identifier === null) return { resolver, answer: rejected('it is malformed') };
    const found = this.#directory.find(identifier);
    if (!(found instanceof Promise)) return claimOf(resolver, answer, identifier, found);
    return found.then(
      (tenant) => claimOf(resolver, answer, identifier, tenant),
      (error: unknown) => ({ resolver, answer: rejected(asOutage(error)) }),
    );
  }
}

function awaited(claims: MaybePromise<Claim>[]): MaybePromise<Claim[]> {
  for (const claim of claims) if (claim instanceof Promise) return Promise.all(claims);
  return claims as Claim[];
}

type Named = Extract<ResolverAnswer, { kind: 'resolved' }>;

function claimOf(resolver: TenantResolver, answer: Named, identifier: string, found: Tenant | null): Claim {
  const isMeant = !answer.byId || found?.id.toLowerCase() === identifier;
  return { resolver, answer, identifier, tenant: isMeant ? found : null };
}

function presented(outcome: ResolutionOutcome, errorDetail: ErrorDetail): ResolutionOutcome {
  if (errorDetail === 'full' || !('error' in outcome)) return outcome;
  return { ...outcome, error: presentedError(outcome.error, errorDetail) };
}

/** A catalog that throws is an outage, never "no tenant". */
function asOutage(error: unknown): MultitenancyError {
  return catalogError(error);
}
