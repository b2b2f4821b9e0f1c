import { publishAudit } from '../observability/audit/tenant-audit.js';
import { quote } from '../errors/quote.js';
import { OptionsInvalidError } from '../errors/usage.errors.js';
import { isPromise } from '../kernel/maybe-promise.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import { canonicalIdentifier } from '../tenant/tenant-identifier.js';
import { notApplicable, rejected, resolved } from './tenant-resolver.js';
import type { ResolverAnswer, TenantResolver } from './tenant-resolver.js';
import type { TenantRequest } from './tenant-request.js';
import { TrustedHeader } from './trusted-header.js';
import { TrustedProxies } from './trusted-proxies.js';

/** Options of {@link agreesWithBalancer}. */
export interface BalancerAgreementOptions {
  /** Header in which the balancer says what it read; letters, digits and hyphens. Default `X-Balancer-Tenant`. */
  readonly header?: string;
  /** The balancers: addresses, CIDR ranges, or `loopback`. At least one. Requests of other peers are not checked. */
  readonly trustedProxies: readonly string[];
  /**
   * The resolvers that read the places which the balancer reads, in its order: the first that names a tenant is what the
   * balancer must have read. At least one; they belong into `resolvers` as well.
   */
  readonly places: readonly TenantResolver[];
}

const HEADER_NAME = /^[A-Za-z0-9-]+$/;

/**
 * Refuses a request that the load balancer has read as another tenant's than the application does. It names no tenant itself.
 *
 * The balancer sends the canonical identifier as it stands in the request (domain, alias or id, in lower case), and no
 * header or an empty one where it read none; a difference is rejected and reported as a `balancerMismatch` audit event. What is compared is
 * text, so two names of one tenant are different words. A balancer that names no tenant where the application reads one
 * is wrong too: otherwise a balancer which has lost the header, or reads less than the application, would go unnoticed.
 *
 * @returns a resolver for the module's `resolvers`; its rejection is `MT_TENANT_IDENTIFIER_INVALID` (400)
 * @throws `MT_OPTIONS_INVALID`
 */
export function agreesWithBalancer(options: BalancerAgreementOptions): TenantResolver {
  return new BalancerAgreement(options);
}

class BalancerAgreement implements TenantResolver {
  readonly name: string;
  readonly trust = 'network';
  readonly #header: string;
  readonly #proxies: TrustedProxies;
  readonly #trusted: TrustedHeader;
  readonly #places: readonly TenantResolver[];
  /** Where the body names a tenant too, a request is evaluated twice. */
  readonly #reported = new WeakSet<TenantRequest>();

  constructor({ header = 'X-Balancer-Tenant', trustedProxies, places }: BalancerAgreementOptions) {
    this.#header = checkedHeader(header);
    this.name = `balancer header ${this.#header}`;
    this.#proxies = new TrustedProxies('agreesWithBalancer.trustedProxies', trustedProxies);
    this.#trusted = new TrustedHeader(this.#header, this.#proxies);
    this.#places = checkedPlaces(places);
  }

  resolve(request: TenantRequest): MaybePromise<ResolverAnswer> {
    if (!this.#proxies.include(request.remoteAddress)) return notApplicable;
    const said = this.#trusted.read(request);
    if (said.kind === 'rejected') return said;
    const balancer = (said.kind === 'resolved' && said.identifier) || null;
    const answers = this.#places.map((place) => place.resolve(request));
    return answers.some(isPromise)
      ? Promise.all(answers).then((late) => this.#compare(request, balancer, late))
      : this.#compare(request, balancer, answers as ResolverAnswer[]);
  }

  #compare(request: TenantRequest, balancer: string | null, answers: readonly ResolverAnswer[]): ResolverAnswer {
    const named = answers.map(canonical);
    const refusal = named.find(({ kind }) => kind === 'rejected');
    if (refusal !== undefined) return refusal;
    const first = named.find((answer) => answer.kind === 'resolved');
    const application = first?.identifier ?? null;
    if (application === balancer) return notApplicable;
    this.#report(request, balancer, application);
    return rejected(reasonOf(this.#header, balancer, application));
  }

  #report(request: TenantRequest, balancer: string | null, application: string | null): void {
    if (this.#reported.has(request)) return;
    this.#reported.add(request);
    const { remoteAddress } = request;
    publishAudit({ type: 'balancerMismatch', balancer, application, remoteAddress }, request.applicationId);
  }
}

function checkedHeader(name: string): string {
  if (typeof name === 'string' && HEADER_NAME.test(name)) return name.toLowerCase();
  throw new OptionsInvalidError('agreesWithBalancer.header', name, 'a header name of letters, digits and hyphens');
}

function checkedPlaces(places: readonly TenantResolver[]): readonly TenantResolver[] {
  const list = Array.isArray(places) ? [...(places as readonly TenantResolver[])] : [];
  if (list.length > 0 && list.every((place) => typeof place?.resolve === 'function')) return list;
  throw new OptionsInvalidError('agreesWithBalancer.places', places, 'at least one resolver, such as fromHost()');
}

/** An answer as the chain of resolvers takes it: one identifier has one form, and malformed text is not compared. */
function canonical(answer: ResolverAnswer): ResolverAnswer {
  if (answer.kind !== 'resolved') return answer;
  const identifier = canonicalIdentifier(answer.identifier);
  return identifier === null ? rejected('it is malformed') : resolved(identifier);
}

function reasonOf(header: string, balancer: string | null, application: string | null): string {
  const [said, read] = [balancer, application].map((name) => (name === null ? 'no tenant' : quote(name)));
  return (
    `the load balancer read ${said} in it (header ${header}) and this service reads ${read}; ` +
    'have the balancer read the same places in the same order, and refuse what is ambiguous'
  );
}
