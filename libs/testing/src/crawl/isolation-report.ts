/**
 * How a leak shows:
 * - `foreign-data`: an answer holds what belongs to the other tenant;
 * - `foreign-header`: a header, cookie or ETag does;
 * - `existence`: an id or a taken name of the other tenant is answered otherwise than one that does not exist;
 * - `foreign-write`: a request of one tenant changed what the other one reads;
 * - `unsteady`: the same request is answered otherwise after the other tenant's, or at the same time with them;
 * - `stranger`: a caller without the tenant's credentials reads what belongs to it.
 */
export type LeakKind = 'foreign-data' | 'foreign-header' | 'existence' | 'foreign-write' | 'unsteady' | 'stranger';

/** One leak between two tenants, and the request that shows it. */
export interface IsolationLeak {
  readonly kind: LeakKind;
  /** Method and path of the route as Nest knows it: `GET /projects/:id`. */
  readonly route: string;
  /** Who sent the request: a tenant's name, or `nobody`. */
  readonly by: string;
  /** Whose data it is. */
  readonly of: string;
  /** What was found, and where in the answer. */
  readonly found: string;
  /** The request as a command for a shell. Credentials are left out. */
  readonly curl: string;
  /** Further requests that showed the same kind of leak at the same route. */
  readonly more: number;
}

/** A route that was asked. */
export interface VisitedRoute {
  readonly route: string;
  readonly requests: number;
  /** Statuses that were answered, and how often each. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** A route that the crawl says nothing about, or not everything. */
export interface UnexercisedRoute {
  readonly route: string;
  readonly reason: string;
}

/** Objects that the crawl has made and could not remove. */
export interface RemainingData {
  /** The route that made them. */
  readonly route: string;
  readonly objects: number;
  readonly reason: string;
}

/** What a crawl did, what it found, and what it could not decide. */
export interface IsolationReport {
  /** Every route that was asked, in the order of Nest's modules and controllers. */
  readonly routes: readonly VisitedRoute[];
  /** HTTP requests in all. */
  readonly requests: number;
  readonly leaks: readonly IsolationLeak[];
  /** Routes whose answers prove nothing: no own success to compare with, no id of the other tenant, the limit was reached. */
  readonly unexercised: readonly UnexercisedRoute[];
  /** Routes that the options left out, with the reason given there. */
  readonly skipped: readonly UnexercisedRoute[];
  /** What the planted texts were made from: give it as `seed` to repeat the run. */
  readonly seed: string;
  /** Objects that the crawl has made and could not remove. */
  readonly remaining: readonly RemainingData[];
}
