import type { IncomingMessage } from 'node:http';
import type { TenantRequest } from '../resolution/tenant-request.js';

/** Node's request as resolvers see it. Reads `rawHeaders`, because `headers` drops or joins duplicates. */
export class HttpTenantRequest implements TenantRequest {
  readonly applicationId: string | undefined;
  readonly platformRequest: object;
  readonly ambiguity: string | null;
  readonly host: string | undefined;
  readonly #raw: IncomingMessage;
  readonly #rawHeaders: readonly string[];
  /** Path and query. */
  readonly #location: string;

  constructor(raw: IncomingMessage, platformRequest: object = raw, applicationId?: string) {
    this.applicationId = applicationId;
    this.#raw = raw;
    this.#rawHeaders = raw.rawHeaders;
    this.platformRequest = platformRequest;
    const { host, authority, hasMore } = hostsIn(this.#rawHeaders);
    const target = parseTarget(originalTarget(raw));
    this.#location = target.location;
    // What stands for `Host` in HTTP/2; older versions have no such headers.
    this.host = authority !== undefined && raw.httpVersionMajor >= 2 ? authority : host;
    this.ambiguity = hasMore ? 'the request has more than one Host header' : ambiguityOf(host, target, this.host);
  }

  get path(): string {
    const end = this.#location.search(/[?#]/);
    return (end < 0 ? this.#location : this.#location.slice(0, end)) || '/';
  }

  get remoteAddress(): string | undefined {
    return this.#raw.socket.remoteAddress;
  }

  get body(): unknown {
    return (this.platformRequest as { readonly body?: unknown }).body;
  }

  headers(name: string): readonly string[] {
    const values: string[] = [];
    for (let i = 0; i < this.#rawHeaders.length; i += 2) {
      const candidate = this.#rawHeaders[i] as string;
      if (candidate.length === name.length && candidate.toLowerCase() === name)
        values.push(this.#rawHeaders[i + 1] as string);
    }
    return values;
  }
}

interface Hosts {
  /** The first `Host`. */
  readonly host: string | undefined;
  /** The first `:authority`. */
  readonly authority: string | undefined;
  /** Whether there is a second `Host`. */
  readonly hasMore: boolean;
}

const HOST = 'host';
const AUTHORITY = ':authority';

/** On the path of every request: one pass over the names of its headers. */
function hostsIn(rawHeaders: readonly string[]): Hosts {
  let [host, authority, hasMore]: [string | undefined, string | undefined, boolean] = [undefined, undefined, false];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === HOST.length && name.toLowerCase() === HOST) {
      hasMore ||= host !== undefined;
      host ??= rawHeaders[i + 1];
    } else if (name === AUTHORITY) authority ??= rawHeaders[i + 1];
  }
  return { host, authority, hasMore };
}

/** Express keeps the target here before it cuts off where a router is mounted. */
function originalTarget(raw: IncomingMessage & { readonly originalUrl?: unknown }): string {
  return typeof raw.originalUrl === 'string' ? raw.originalUrl : (raw.url ?? '/');
}

interface Target {
  /** What follows scheme and authority. */
  readonly location: string;
  /** Of an absolute target (`http://foo.com/x`), with its port and credentials. */
  readonly authority: string | null;
  /** Whether it has a form in which parsers disagree on where the path begins. */
  readonly malformed: boolean;
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)/i;

/** Splits a request target (RFC 9112, section 3.2) without normalising any of it. */
function parseTarget(target: string): Target {
  if (target.startsWith('/')) return { location: target, authority: null, malformed: false };
  const [start = '', authority = null] = ABSOLUTE.exec(target) ?? [];
  const location = target.slice(start.length);
  const malformed = authority === null ? target !== '*' : location !== '' && !location.startsWith('/');
  return { location, authority, malformed };
}

function ambiguityOf(
  named: string | undefined,
  { authority, malformed }: Target,
  host: string | undefined,
): string | null {
  if (malformed) return 'the request target is malformed';
  if ((authority ?? named ?? host) !== host) return 'the request target and the Host header disagree';
  return null;
}
