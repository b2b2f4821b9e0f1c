import { notApplicable, rejected, resolved } from './tenant-resolver.js';
import type { ResolverAnswer } from './tenant-resolver.js';
import type { TenantRequest } from './tenant-request.js';
import type { TrustedProxies } from './trusted-proxies.js';

/**
 * The one value of a header that a trusted peer has set. From any other peer the header is ignored; sent twice, or also
 * under a name with underscores for hyphens, it is rejected.
 *
 * @param header name in lower case
 */
export function trustedHeader(request: TenantRequest, header: string, proxies: TrustedProxies): ResolverAnswer {
  if (!proxies.include(request.remoteAddress)) return notApplicable;
  const lookalike = header.replaceAll('-', '_');
  if (lookalike !== header && request.headers(lookalike).length > 0) {
    return rejected(`the header ${lookalike} looks like ${header} and is not accepted`);
  }
  const values = request.headers(header);
  if (values.length > 1) return rejected(`the header ${header} was sent more than once`);
  return values[0] === undefined ? notApplicable : resolved(values[0]);
}
