import type { IncomingMessage } from 'node:http';
import type { TenantRequest } from '../resolution/tenant-request.js';

/** Node's request as resolvers see it. Reads `rawHeaders`, because `headers` drops or joins duplicates. */
export class HttpTenantRequest implements TenantRequest {
  readonly platformRequest: object;
  readonly ambiguity: string | null;
  readonly #raw: IncomingMessage;
  readonly #host: string | undefined;
  /** Path and query. */
  readonly #location: string;

  constructor(raw: IncomingMessage, platformRequest: object = raw) {
    this.#raw = raw;
    this.platformRequest = platformRequest;
    const hosts = this.headers('host');
    const target = parseTarget(originalTarget(raw));
    this.#location = target.location;
    this.#host = authorityOf(raw) ?? hosts[0];
    this.ambiguity = ambiguityOf(hosts, target, this.#host);
  }

  get path(): string {
    const end = this.#location.search(/[?#]/);
    return (end < 0 ? this.#location : this.#location.slice(0, end)) || '/';
  }

  get host(): string | undefined {
    return this.#host;
  }

  get remoteAddress(): string | undefined {
    return this.#raw.socket.remoteAddress;
  }

  get body(): unknown {
    return (this.platformRequest as { readonly body?: unknown }).body;
  }

  headers(name: string): readonly string[] {
    const { rawHeaders } = this.#raw;
    const values: string[] = [];
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const candidate = rawHeaders[i] as string;
      if (candidate.length === name.length && candidate.toLowerCase() === name)
        values.push(rawHeaders[i + 1] as string);
    }
    return values;
  }
}

/** Express keeps the target here before it cuts off where a router is mounted. */
function originalTarget(raw: IncomingMessage & { readonly originalUrl?: unknown }): string {
  return typeof raw.originalUrl === 'string' ? raw.originalUrl : (raw.url ?? '/');
}

/** What stands for `Host` in HTTP/2. */
function authorityOf(raw: IncomingMessage): string | undefined {
  const authority = raw.httpVersionMajor < 2 ? undefined : raw.headers[':authority'];
  return typeof authority === 'string' ? authority : undefined;
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
  hosts: readonly string[],
  { authority, malformed }: Target,
  host: string | undefined,
): string | null {
  if (hosts.length > 1) return 'the request has more than one Host header';
  if (malformed) return 'the request target is malformed';
  if ((authority ?? hosts[0] ?? host) !== host) return 'the request target and the Host header disagree';
  return null;
}
