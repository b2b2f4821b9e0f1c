import { isIPv4, isIPv6 } from 'node:net';
import { OptionsInvalidError } from '../errors/usage.errors.js';
import { canonicalIdentifier, DOMAIN_RANGE, endsInNumber, isDomain } from '../tenant/tenant-identifier.js';
import { CentralSubdomains } from './central-subdomains.js';
import { notApplicable, rejected, resolved } from './tenant-resolver.js';
import type { ResolverAnswer, TenantResolver } from './tenant-resolver.js';
import type { TenantRequest } from './tenant-request.js';
import { TrustedHeader } from './trusted-header.js';
import { TrustedProxies } from './trusted-proxies.js';

/** Options of {@link fromHost}. */
export interface FromHostOptions {
  /**
   * `foo.example.com` names the tenant `foo` when this is `example.com`; the base domain itself names none. `localhost`
   * serves `foo.localhost` on the machine of a developer.
   */
  readonly baseDomain?: string;
  /**
   * Names before the base domain that are the service's own and name no tenant, such as `['www', 'app']`. Before a
   * tenant's name they are left out: `www.foo.example.com` names `foo`. A tenant of such a name cannot be reached by its
   * subdomain. Default: none.
   */
  readonly centralSubdomains?: readonly string[];
  /** Whether any other host name is looked up as a tenant's own domain or alias. Default: `true` without `baseDomain`, else `false`. */
  readonly customDomains?: boolean;
  /**
   * Peers whose `X-Forwarded-Host` is read in place of `Host`: addresses, CIDR ranges, or `loopback`; the proxy must
   * overwrite what the client sent under that name. Absent = no peer's, and the header is ignored.
   */
  readonly trustedProxies?: readonly string[];
}

/** What {@link fromHost} makes. */
export interface HostTenantResolver extends TenantResolver {
  /** Whether some peers' `X-Forwarded-Host` is read. */
  readonly trustsProxies: boolean;
}

/** Most hosts: lower case, no port, not a number at the end. Canonical as they are. Nothing longer than a name may is matched. */
const PLAIN_HOST = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?$/;
const LOCALHOST = 'localhost';
const MAX_PLAIN_LENGTH = 253;
const HOST = /^([^:@/\\\s[\]]+)(?::\d{1,5})?$/;
const IPV6_HOST = /^\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?$/;

/**
 * Reads the tenant from the host that the client addressed. Trust: `network`.
 *
 * IP addresses and single-label names (`localhost`) never name a tenant; other spellings of addresses (`0x7f.1`) are
 * rejected. A custom domain that the catalog does not know counts only when nothing else names a tenant, so that the
 * service can also have host names of its own.
 *
 * @throws `MT_OPTIONS_INVALID` when no host could name a tenant, `baseDomain` or a central subdomain is no host name, or a trusted proxy no address
 */
export function fromHost(options: FromHostOptions = {}): HostTenantResolver {
  const { baseDomain, trustedProxies } = options;
  const customDomains = options.customDomains ?? baseDomain === undefined;
  if (baseDomain === undefined && !customDomains) {
    const allowed = 'true, or a baseDomain beside it: without either no host names a tenant';
    throw new OptionsInvalidError('fromHost.customDomains', false, allowed);
  }
  if (baseDomain !== undefined && baseDomain !== LOCALHOST && !isDomain(baseDomain)) {
    throw new OptionsInvalidError('fromHost.baseDomain', baseDomain, DOMAIN_RANGE);
  }
  const proxies = trustedProxies === undefined ? null : new TrustedProxies('fromHost.trustedProxies', trustedProxies);
  const forwardedHost = proxies && new TrustedHeader('x-forwarded-host', proxies);
  const read = hostReader(baseDomain, customDomains, new CentralSubdomains(options.centralSubdomains, baseDomain));
  return {
    name: 'host',
    trust: 'network',
    trustsProxies: forwardedHost !== null,
    resolve: (request) => {
      if (request.ambiguity !== null) return rejected(request.ambiguity);
      const forwarded = forwardedHost?.read(request) ?? notApplicable;
      if (forwarded.kind === 'rejected') return forwarded;
      return read(forwarded.kind === 'resolved' ? forwarded.identifier : request.host);
    },
  };
}

function hostReader(
  baseDomain: string | undefined,
  customDomains: boolean,
  central: CentralSubdomains,
): (host: TenantRequest['host']) => ResolverAnswer {
  const suffix = baseDomain === undefined ? null : `.${baseDomain}`;
  const readName = (name: string): ResolverAnswer => {
    if (suffix !== null && name.endsWith(suffix)) return fromSubdomain(central.tenantIn(name.slice(0, -suffix.length)));
    return customDomains && name !== baseDomain ? fromCustomDomain(name) : notApplicable;
  };
  return (host) => {
    if (host === undefined) return notApplicable;
    const isPlain = host.length <= MAX_PLAIN_LENGTH && PLAIN_HOST.test(host);
    return isPlain ? readName(host) : readOther(host, readName);
  };
}

function readOther(host: string, readName: (name: string) => ResolverAnswer): ResolverAnswer {
  const name = hostName(host);
  if (isAddress(name, host)) return notApplicable;
  const canonical = name === null || endsInNumber(name) ? null : canonicalIdentifier(name);
  return canonical === null ? rejected('the Host header is malformed') : readName(canonical);
}

/** The host without port and final dot, or `null`. */
function hostName(host: string): string | null {
  const name = HOST.exec(host)?.[1];
  return name?.endsWith('.') ? name.slice(0, -1) : (name ?? null);
}

function isAddress(name: string | null, host: string): boolean {
  return name === null ? isIPv6(IPV6_HOST.exec(host)?.[1] ?? '') : isIPv4(name);
}

function fromSubdomain(label: string | null): ResolverAnswer {
  if (label === null) return notApplicable;
  return label.includes('.') ? rejected('the host has more than one label before the base domain') : resolved(label);
}

function fromCustomDomain(name: string): ResolverAnswer {
  return name.includes('.') ? resolved(name, { weak: true }) : notApplicable;
}
