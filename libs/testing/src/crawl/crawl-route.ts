import type { RoutePath } from './route-path.js';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'SEARCH', 'PROPFIND', 'QUERY']);

/** One route of the application under one method and, where versions are not part of the path, one version. */
export interface CrawlRoute {
  /** `GET /projects/:id`, with ` (version 2)` where a header asks for it. */
  readonly label: string;
  readonly method: string;
  readonly path: RoutePath;
  /** Sent with every request: what asks for the version. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hosts that the controller is bound to; empty = all. */
  readonly hosts: readonly (string | RegExp)[];
  /** Query parameters and members of the body that decorators name. */
  readonly queryNames: readonly string[];
  readonly bodyNames: readonly string[];
  /** Why the route cannot be asked at all; `undefined` = it can. */
  readonly obstacle: string | undefined;
}

/** Whether requests of the route change nothing by what HTTP says. */
export function isSafe({ method }: CrawlRoute): boolean {
  return SAFE.has(method);
}
