import type { CrawlRoute } from './crawl-route.js';
import type { UnexercisedRoute, VisitedRoute } from './isolation-report.js';

interface Visits {
  requests: number;
  readonly statuses: Record<string, number>;
  /** The last answer to a tenant's request for its own data that was no success. */
  lastRefusal: string | undefined;
  ownSuccess: boolean;
  foreignTried: boolean;
}

const MAX_TEXT = 120;

/** What was asked of each route, and whether that proves anything. */
export class Coverage {
  readonly #visits = new Map<string, Visits>();

  visited({ label }: CrawlRoute, status: number): void {
    const visits = this.#of(label);
    visits.requests += 1;
    visits.statuses[status] = (visits.statuses[status] ?? 0) + 1;
  }

  /** A tenant asked for what is its own. */
  own({ label }: CrawlRoute, status: number, text: string): void {
    const visits = this.#of(label);
    if (status >= 200 && status < 400) visits.ownSuccess = true;
    else visits.lastRefusal = `${status} ${text.slice(0, MAX_TEXT)}`;
  }

  /** A tenant asked for what is the other's. */
  foreign({ label }: CrawlRoute): void {
    this.#of(label).foreignTried = true;
  }

  isOwnSuccess({ label }: CrawlRoute): boolean {
    return this.#of(label).ownSuccess;
  }

  routes(): VisitedRoute[] {
    return [...this.#visits]
      .filter(([, { requests }]) => requests > 0)
      .map(([route, { requests, statuses }]) => ({ route, requests, statuses: { ...statuses } }));
  }

  /** Why the visits of a route prove nothing; `undefined` = they do. @param params parameters that name objects */
  gapOf(route: CrawlRoute, params: readonly string[]): UnexercisedRoute | undefined {
    const reason = this.#reason(route, params);
    return reason === undefined ? undefined : { route: route.label, reason };
  }

  #reason(route: CrawlRoute, params: readonly string[]): string | undefined {
    const { requests, ownSuccess, foreignTried, lastRefusal } = this.#of(route.label);
    if (route.obstacle !== undefined) return route.obstacle;
    if (params.length > 0 && !foreignTried)
      return `no id of a tenant is known for ${params.map((param) => `:${param}`).join(', ')}: give ids`;
    if (requests === 0) return 'it was not asked';
    if (ownSuccess) return undefined;
    return lastRefusal === undefined
      ? 'no tenant has asked for its own data'
      : `no tenant was served for its own data: ${lastRefusal}`;
  }

  #of(label: string): Visits {
    const known = this.#visits.get(label);
    if (known !== undefined) return known;
    const visits: Visits = {
      requests: 0,
      statuses: {},
      lastRefusal: undefined,
      ownSuccess: false,
      foreignTried: false,
    };
    this.#visits.set(label, visits);
    return visits;
  }
}
