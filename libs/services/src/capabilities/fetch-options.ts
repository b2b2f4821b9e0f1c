import { numberOption } from '@tenantry/core/spi';
import { OptionsInvalidError } from '@tenantry/core';

/** What `ctx.fetch` may reach. */
export interface FetchOptions {
  /**
   * Origins that may be called, such as `https://api.example.com` or `https://*.example.com` (any subdomain). Everything else is
   * refused, also as the target of a redirect.
   */
  readonly allow: readonly string[];
  /** How long a call may take, redirects included. 1 to 60,000 ms. Default 3,000. */
  readonly timeoutMs?: number;
  /** Bytes of a response. 1 to 16 MiB. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Whether private addresses (own machine, internal networks) may be called; for tests and development. Default `false`. */
  readonly allowPrivate?: boolean;
}

/** {@link FetchOptions}, checked. */
export interface ResolvedFetchOptions {
  readonly isAllowed: (url: URL) => boolean;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly allowPrivate: boolean;
}

/** `https://*.example.com:8443` */
const ORIGIN = /^(https?:)\/\/(\*\.)?([a-z0-9.-]+)(?::(\d{1,5}))?$/;

/** Fills in the defaults. @throws `MT_OPTIONS_INVALID` */
export function resolveFetchOptions(option: string, options: FetchOptions): ResolvedFetchOptions {
  const { allow, timeoutMs = 3_000, maxBytes = 1_024 * 1_024, allowPrivate = false } = options;
  const rules = allow.map((origin, index) => ruleOf(`${option}.allow[${index}]`, origin));
  return {
    isAllowed: (url) => rules.some((rule) => rule(url)),
    timeoutMs: numberOption(`${option}.timeoutMs`, timeoutMs, { min: 1, max: 60_000, whole: true }),
    maxBytes: numberOption(`${option}.maxBytes`, maxBytes, { min: 1, max: 16 * 1_024 * 1_024, whole: true }),
    allowPrivate,
  };
}

function ruleOf(option: string, origin: string): (url: URL) => boolean {
  const [whole, protocol, wildcard, host, port = ''] = ORIGIN.exec(origin) ?? [];
  if (whole === undefined || host === undefined)
    throw new OptionsInvalidError(
      option,
      origin,
      'an origin in lower case, such as https://api.example.com or https://*.example.com',
    );
  const expectedPort = port === (protocol === 'https:' ? '443' : '80') ? '' : port;
  return (url) =>
    url.protocol === protocol &&
    url.port === expectedPort &&
    (wildcard === undefined ? url.hostname === host : url.hostname.endsWith(`.${host}`));
}
