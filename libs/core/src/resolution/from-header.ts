import { OptionsInvalidError } from '../errors/usage.errors.js';
import type { TenantResolver } from './tenant-resolver.js';
import { TrustedHeader } from './trusted-header.js';
import { TrustedProxies } from './trusted-proxies.js';

/** Options of {@link fromHeader}. */
export interface FromHeaderOptions {
  /** Header name, in any case; letters, digits and hyphens. Not a header that carries the host which the client chose. */
  readonly name: string;
  /** Peers that may set it: addresses, CIDR ranges, or `loopback`. At least one. */
  readonly trustedProxies: readonly string[];
}

const HEADER_NAME = /^[A-Za-z0-9-]+$/;
/** A proxy passes these on as the client sent them: they must not get the proxy's trust. */
const HOST_HEADERS: ReadonlySet<string> = new Set(['host', 'x-forwarded-host', 'x-original-host', 'forwarded']);

/**
 * Reads the tenant from a header that a trusted proxy sets. Trust: `proxy`.
 *
 * From any other peer the header is ignored. Sent twice, or also under a name with underscores for hyphens, it is rejected.
 * The proxy must overwrite what the client sent under that name.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function fromHeader({ name, trustedProxies }: FromHeaderOptions): TenantResolver {
  if (typeof name !== 'string' || !HEADER_NAME.test(name) || HOST_HEADERS.has(name.toLowerCase())) {
    const allowed =
      'a header name of letters, digits and hyphens; for X-Forwarded-Host use fromHost({ trustedProxies })';
    throw new OptionsInvalidError('fromHeader.name', name, allowed);
  }
  const header = name.toLowerCase();
  const trusted = new TrustedHeader(header, new TrustedProxies('fromHeader.trustedProxies', trustedProxies));
  return { name: `header ${header}`, trust: 'proxy', resolve: (request) => trusted.read(request) };
}
