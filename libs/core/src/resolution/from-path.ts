import { OptionsInvalidError } from '../errors/usage.errors.js';
import { canonicalIdentifier } from '../tenant/tenant-identifier.js';
import { notApplicable, rejected, resolved } from './tenant-resolver.js';
import type { ResolverAnswer, TenantResolver } from './tenant-resolver.js';

/** Options of {@link fromPath}. */
export interface FromPathOptions {
  /** Segments before the tenant, without slashes at the ends: `t` for `/t/foo.com/…`, `api/t` under a global prefix. Default `t`. */
  readonly prefix?: string;
}

const PREFIX = /^[a-z0-9_-]+(?:\/[a-z0-9_-]+)*$/;
/** What proxies and routers read differently: dot segments, empty ones, encoded separators, path parameters. */
const AMBIGUOUS_SEGMENT = /^\.{0,2}$|[;\\]|%(?:2e|2f|5c|00|25|3b)/i;

/**
 * Reads the tenant from the path, `/t/foo.com/…`. Trust: `network`. Anchored at the start of the path; declare the
 * routes with the prefix (`@Controller('t/:domain/projects')`). A path that another server on the way could read as
 * another tenant's is rejected.
 *
 * @throws `MT_OPTIONS_INVALID` when the prefix is malformed
 */
export function fromPath({ prefix = 't' }: FromPathOptions = {}): TenantResolver {
  if (!PREFIX.test(prefix)) {
    throw new OptionsInvalidError('fromPath.prefix', prefix, 'lower-case segments of a-z 0-9 _ - joined by "/"');
  }
  const start = `/${prefix}/`;
  return {
    name: 'path',
    trust: 'network',
    resolve: ({ path, ambiguity }) => {
      if (path.startsWith(start)) return ambiguity === null ? fromSegments(path, start.length) : rejected(ambiguity);
      return looksLike(path, start) ? rejected(`the path must start with exactly ${start}`) : notApplicable;
    },
  };
}

function fromSegments(path: string, at: number): ResolverAnswer {
  const end = path.indexOf('/', at);
  const segment = end < 0 ? path.slice(at) : path.slice(at, end);
  if (canonicalIdentifier(segment) === null) return rejected('the tenant segment of the path is malformed');
  if (end >= 0 && isAmbiguous(path, end + 1)) return rejected('the segment after the tenant is ambiguous');
  if (end >= 0 && hasDotSegments(path.slice(end))) return rejected('the path has dot segments');
  return resolved(segment);
}

function isAmbiguous(path: string, at: number): boolean {
  if (at === path.length) return false;
  const end = path.indexOf('/', at);
  return AMBIGUOUS_SEGMENT.test(end < 0 ? path.slice(at) : path.slice(at, end));
}

/** Whether a server that normalises paths could climb from here into another tenant's. */
function hasDotSegments(rest: string): boolean {
  const separated = rest.replace(/%2f|%5c|\\/gi, '/').replace(/%2e/gi, '.');
  return /\/\.{1,2}(?:\/|$)/.test(separated);
}

/** Whether a lenient router could take the path for one that starts with the prefix. */
function looksLike(path: string, start: string): boolean {
  const first = path.charCodeAt(1);
  const expected = start.charCodeAt(1);
  if ((first | 32) !== expected && first !== 0x25 && first !== 0x2f && first !== 0x2e) return false;
  return lenient(path).startsWith(start);
}

function lenient(path: string): string {
  return safeDecode(path)
    .toLowerCase()
    .replaceAll('\\', '/')
    .replace(/^(?:\/+\.{0,2}(?=\/))+/, '')
    .replace(/\/{2,}/g, '/');
}

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
