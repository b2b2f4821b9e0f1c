import { OptionsInvalidError } from '../errors/usage.errors.js';
import { notApplicable, rejected, resolved } from './tenant-resolver.js';
import type { ResolverAnswer, TenantResolver } from './tenant-resolver.js';

/** Options of {@link fromUsername}. */
export interface FromUsernameOptions {
  /** Field of the parsed body that holds the user name. Default `username`. */
  readonly field?: string;
  /** Paths on which it applies, exactly as sent (`/auth/login`). Default: every path; name your login routes here. */
  readonly paths?: readonly string[];
}

/**
 * Reads the tenant from a user name `user@foo.com` in the body of a log-in request. Trust: `network`.
 *
 * The part after the last `@` is the identifier; a name without `@` does not apply. It runs once the body is parsed.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function fromUsername({ field = 'username', paths }: FromUsernameOptions = {}): TenantResolver {
  if (typeof field !== 'string' || field === '')
    throw new OptionsInvalidError('fromUsername.field', field, 'a field name');
  const only = paths === undefined ? null : new Set(paths.map(asRouted));
  return {
    name: `user name in ${field}`,
    trust: 'network',
    phase: 'body',
    resolve: ({ path, body }) => {
      if (only !== null && !only.has(asRouted(path))) return notApplicable;
      if (typeof body !== 'object' || body === null || !Object.hasOwn(body, field)) return notApplicable;
      const username: unknown = Reflect.get(body, field);
      return typeof username === 'string' ? fromText(username) : notApplicable;
    },
  };
}

/** Routers treat these as one path. Reading a user name too often is safe; missing one would lose a conflict. */
function asRouted(path: string): string {
  const plain = (decoded(path) ?? path).toLowerCase();
  return plain.endsWith('/') ? plain.slice(0, -1) : plain;
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

function fromText(username: string): ResolverAnswer {
  const at = username.lastIndexOf('@');
  if (at < 0) return notApplicable;
  return at === 0 || at === username.length - 1
    ? rejected('the user name must look like user@domain')
    : resolved(username.slice(at + 1));
}
