/** The few words of `fetch` that the client says. */
export type CloudFetch = (url: string, init: RequestInit) => Promise<Response>;

/** Settings of a {@link CloudClient}. */
export interface CloudClientOptions {
  /** Where the API is, such as `https://cloud.example`. Plain http is for loopback, unless `allowInsecureHttp` is set. */
  readonly baseUrl: string;
  /** Where tokens come from. Default `oauth/token` under `baseUrl`. */
  readonly tokenUrl?: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** For each call as a whole, and for each token fetch: 1 to 600,000 ms. Default 5,000. */
  readonly timeoutMs?: number;
  /** Allows plain http to other hosts than loopback, as inside a container network. Default `false`. */
  readonly allowInsecureHttp?: boolean;
  /** A time in milliseconds that never goes back; it ages the token. Default `performance.now`. */
  readonly clock?: () => number;
  /** Default the global `fetch`, which keeps connections alive. */
  readonly fetch?: CloudFetch;
}

/** {@link CloudClientOptions}, checked and with the defaults filled in. */
export interface ResolvedCloudClientOptions {
  /** Ends with a slash. */
  readonly baseUrl: URL;
  readonly tokenUrl: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly timeoutMs: number;
  readonly clock: () => number;
  readonly fetch: CloudFetch;
}

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Checks the settings and fills in the defaults.
 *
 * @throws TypeError naming the option and what is allowed, without its value
 */
export function resolveCloudClientOptions(options: CloudClientOptions): ResolvedCloudClientOptions {
  const { clientId, clientSecret, timeoutMs = 5000, allowInsecureHttp = false } = options;
  if (!clientId) throw new TypeError('clientId is empty. Set it to the OAuth2 client id of the tenant.');
  if (!clientSecret) throw new TypeError('clientSecret is empty. Set it to the OAuth2 client secret of the tenant.');
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 600_000) {
    throw new TypeError('timeoutMs is not allowed: use a whole number from 1 to 600000.');
  }
  const baseUrl = checkedUrl('baseUrl', options.baseUrl.replace(/\/*$/, '/'), allowInsecureHttp);
  const tokenUrl = checkedUrl('tokenUrl', options.tokenUrl ?? new URL('oauth/token', baseUrl).href, allowInsecureHttp);
  const { clock = () => performance.now(), fetch: send = (url, init) => fetch(url, init) } = options;
  return { baseUrl, tokenUrl, clientId, clientSecret, timeoutMs, clock, fetch: send };
}

function checkedUrl(option: string, value: string, allowInsecureHttp: boolean): URL {
  if (!URL.canParse(value)) throw new TypeError(`${option} is not a URL. Use one such as https://cloud.example.`);
  const url = new URL(value);
  if (url.username || url.password)
    throw new TypeError(`${option} carries credentials. Pass clientId and clientSecret.`);
  if (url.search || url.hash) throw new TypeError(`${option} carries a query or a fragment. Leave it out.`);
  const isInsecureAllowed = allowInsecureHttp || LOOPBACK_HOSTS.has(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isInsecureAllowed)) return url;
  throw new TypeError(`${option} is not https. Use https, or set allowInsecureHttp inside a trusted network.`);
}
