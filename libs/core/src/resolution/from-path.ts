import { canonicalIdentifier } from '../tenant/tenant-identifier.js';
import { hasDotSegments, isDisguised, isPlain } from './path-disguise.js';
import { PathPrefix } from './path-prefix.js';
import { notApplicable, rejected, resolved } from './tenant-resolver.js';
import type { ResolverAnswer, TenantResolver } from './tenant-resolver.js';

/** Options of {@link fromPath}. */
export interface FromPathOptions {
  /**
   * Segments before the tenant, from the start of the path and without slashes at the ends: `t` for `/t/foo.com/…`,
   * `api/t` under the global prefix `api`. A segment that is a star alone stands for exactly one segment, whatever it
   * is: `api`, star, `t` for `/api/v1/t/foo.com/…` with versions in the path. Default `t`.
   */
  readonly prefix?: string;
}

/** A resolver that reads the path; it exposes where, so that set-up can be checked. */
export interface PathTenantResolver extends TenantResolver {
  /** The segments before the tenant. */
  readonly prefix: PathPrefix;
}

/** What proxies and routers read differently: dot segments, empty ones, encoded separators, path parameters. */
const AMBIGUOUS_SEGMENT = /^\.{0,2}$|[;\\]|%(?:2e|2f|5c|00|25|3b)/i;

/**
 * Reads the tenant from the path, `/t/foo.com/…`. Trust: `network`. Anchored at the start of the path; declare the
 * routes with the prefix (`@Controller('t/:domain/projects')`). A path that another server on the way could read as
 * another tenant's is rejected, as is every path with dot segments, encoded or not, wherever they lead.
 *
 * @throws `MT_OPTIONS_INVALID` when the prefix is malformed
 */
export function fromPath({ prefix: text = 't' }: FromPathOptions = {}): PathTenantResolver {
  const prefix = new PathPrefix('fromPath.prefix', text);
  return {
    name: 'path',
    trust: 'network',
    prefix,
    resolve: ({ path, ambiguity }) => {
      if (ambiguity !== null) return rejected(ambiguity);
      const plain = isPlain(path);
      if (!plain && hasDotSegments(path)) return rejected('the path has dot segments');
      const at = prefix.endIn(path);
      if (at >= 0) return fromSegments(path, at, prefix.hasWildcard);
      if (plain || !isDisguised(path, prefix)) return notApplicable;
      return rejected(`the path must start with exactly /${text}/`);
    },
  };
}

/** Whether a resolver was made by {@link fromPath}. */
export function isPathTenantResolver(resolver: TenantResolver): resolver is PathTenantResolver {
  return 'prefix' in resolver && resolver.prefix instanceof PathPrefix;
}

function fromSegments(path: string, at: number, hasWildcard: boolean): ResolverAnswer {
  const before = hasWildcard ? path.slice(1, at - 1).split('/') : [];
  if (before.some(isAmbiguous)) return rejected('a segment before the tenant is ambiguous');
  const end = endOfSegment(path, at);
  const segment = path.slice(at, end);
  if (canonicalIdentifier(segment) === null) return rejected('the tenant segment of the path is malformed');
  const following = path.slice(end + 1, endOfSegment(path, end + 1));
  const hasMore = end + 1 < path.length;
  return hasMore && isAmbiguous(following) ? rejected('the segment after the tenant is ambiguous') : resolved(segment);
}

function endOfSegment(path: string, at: number): number {
  const end = path.indexOf('/', at);
  return end < 0 ? path.length : end;
}

function isAmbiguous(segment: string): boolean {
  return AMBIGUOUS_SEGMENT.test(segment);
}
