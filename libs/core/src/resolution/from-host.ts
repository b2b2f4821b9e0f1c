import { isIP } from 'node:net';
import { OptionsInvalidError } from '../errors/usage.errors.js';
import { canonicalIdentifier, DOMAIN_RANGE, isDomain } from '../tenant/tenant-identifier.js';
import { notApplicable, rejected, resolved } from './tenant-resolver.js';
import type { ResolverAnswer, TenantResolver } from './tenant-resolver.js';

/** Options of {@link fromHost}. */
export interface FromHostOptions {
  /** `foo.example.com` names the tenant `foo` when this is `example.com`; the base domain itself names none. */
  readonly baseDomain?: string;
  /** Whether any other host name is looked up as a tenant's own domain or alias. Default: `true` without `baseDomain`, else `false`. */
  readonly customDomains?: boolean;
}

const HOST = /^([^:@/\\\s[\]]+)(?::\d{1,5})?$/;
const IPV6_HOST = /^\[[0-9A-Fa-f:.]+\](?::\d{1,5})?$/;

/**
 * Reads the tenant from the host that the client addressed. Trust: `network`.
 *
 * IP addresses and single-label names (`localhost`) never name a tenant. A custom domain that the catalog does not know
 * counts only when nothing else names a tenant, so that the service can also have host names of its own.
 *
 * @throws `MT_OPTIONS_INVALID` when `baseDomain` is no host name
 */
export function fromHost({
  baseDomain,
  customDomains = baseDomain === undefined,
}: FromHostOptions = {}): TenantResolver {
  if (baseDomain !== undefined && !isDomain(baseDomain)) {
    throw new OptionsInvalidError('fromHost.baseDomain', baseDomain, DOMAIN_RANGE);
  }
  const suffix = baseDomain === undefined ? null : `.${baseDomain}`;
  return {
    name: 'host',
    trust: 'network',
    resolve: ({ host, ambiguity }) => {
      if (ambiguity !== null) return rejected(ambiguity);
      if (host === undefined || IPV6_HOST.test(host)) return notApplicable;
      const name = hostName(host);
      if (name === null) return rejected('the Host header is malformed');
      if (suffix !== null && name.endsWith(suffix)) return fromSubdomain(name.slice(0, -suffix.length));
      return customDomains && name !== baseDomain ? fromCustomDomain(name) : notApplicable;
    },
  };
}

/** Canonical host name without port and final dot, or `null`. */
function hostName(host: string): string | null {
  const name = HOST.exec(host)?.[1];
  return name === undefined ? null : canonicalIdentifier(name.endsWith('.') ? name.slice(0, -1) : name);
}

function fromSubdomain(label: string): ResolverAnswer {
  return label.includes('.') ? rejected('the host has more than one label before the base domain') : resolved(label);
}

function fromCustomDomain(name: string): ResolverAnswer {
  return !name.includes('.') || isIP(name) !== 0 ? notApplicable : resolved(name, { weak: true });
}
