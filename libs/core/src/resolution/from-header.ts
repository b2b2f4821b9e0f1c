import { OptionsInvalidError } from '../errors/usage.errors.js';
import { notApplicable, rejected, resolved } from './tenant-resolver.js';
import type { TenantResolver } from './tenant-resolver.js';
import { TrustedProxies } from './trusted-proxies.js';

/** Options of {@link fromHeader}. */
export interface FromHeaderOptions {
  /** Header name, in any case; letters, digits and hyphens. */
  readonly name: string;
  /** Peers that may set it: addresses, CIDR ranges, or `loopback`. At least one. */
  readonly trustedProxies: readonly string[];
}

const HEADER_NAME = /^[A-Za-z0-9-]+$/;

/**
 * Reads the tenant from a header that a trusted proxy sets. Trust: `proxy`.
 *
 * From any other peer the header is ignored. Sent twice, or also under a name with underscores for hyphens, it is rejected.
 *
 * @throws `MT_OPTIONS_INVALID`
 */
export function fromHeader({ name, trustedProxies }: FromHeaderOptions): TenantResolver {
  if (typeof name !== 'string' || !HEADER_NAME.test(name)) {
    throw new OptionsInvalidError('fromHeader.name', name, 'a header name of letters, digits and hyphens');
  }
  const header = name.toLowerCase();
  const lookalike = header.replaceAll('-', '_');
  const proxies = new TrustedProxies('fromHeader.trustedProxies', trustedProxies);
  return {
    name: `header ${header}`,
    trust: 'proxy',
    resolve: (request) => {
      if (!proxies.include(request.remoteAddress)) return notApplicable;
      if (lookalike !== header && request.headers(lookalike).length > 0) {
        return rejected(`the header ${lookalike} looks like ${header} and is not accepted`);
      }
      const values = request.headers(header);
      if (values.length > 1) return rejected(`the header ${header} was sent more than once`);
      return values[0] === undefined ? notApplicable : resolved(values[0]);
    },
  };
}
