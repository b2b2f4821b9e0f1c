import type { CrawlRoute } from './crawl-route.js';
import type { WireRequest } from './http-exchange.js';
import { leavesOf } from './values.js';

/** Whose request it is. */
export interface Identity {
  /** For reports. */
  readonly label: string;
  /** The tenant whose data may be answered; `undefined` = no tenant's. */
  readonly tenant: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Path parameters that name the tenant. */
  readonly params: Readonly<Record<string, string>>;
  readonly pathPrefix: string;
}

/** One request to a route. */
export interface Call {
  readonly route: CrawlRoute;
  readonly as: Identity;
  readonly ids: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Whether a tenant asks for nothing but its own. */
  readonly own?: boolean;
}

const CREDENTIAL = /auth|token|key|secret|session|cookie|signature|password/i;

/** Whether a header or member is a credential, rather than a name. */
export function isCredential(name: string): boolean {
  return CREDENTIAL.test(name);
}

/** The request as it goes over the wire. */
export function wireOf({ route, as, ids, query = {}, body }: Call): WireRequest {
  const path = as.pathPrefix + route.path.fill({ ...ids, ...as.params });
  const search = Object.entries(query)
    .map((pair) => pair.map(encodeURIComponent).join('='))
    .join('&');
  return {
    method: route.method,
    target: search === '' ? path : `${path}?${search}`,
    headers: { accept: '*/*', 'accept-encoding': 'identity', ...hostOf(route), ...as.headers, ...route.headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  };
}

/** Every text of a request that an answer may repeat. */
export function sentTexts({ as, ids, query = {}, body }: Call): string[] {
  const scalars = [ids, as.params, query].flatMap((values) => Object.values(values));
  const texts = leavesOf(body).map(({ value }) => String(value));
  return [...scalars, ...texts, as.headers['host'] ?? '', as.pathPrefix].filter((text) => text !== '');
}

/** The request as a command for a shell, without what only its sender may know. */
export function curlOf(wire: WireRequest, origin: string): string {
  const headers = Object.entries(wire.headers)
    .filter(([name]) => name !== 'accept-encoding' && !(name === 'accept' && wire.headers[name] === '*/*'))
    .map(([name, value]) => `-H ${quoted(`${name}: ${isCredential(name) ? '<left out>' : value}`)}`);
  const json =
    wire.body === undefined
      ? []
      : [`-H 'content-type: application/json'`, `--data ${quoted(withoutSecrets(wire.body))}`];
  return ['curl', '-X', wire.method, ...headers, ...json, quoted(origin + wire.target)].join(' ');
}

function hostOf({ hosts }: CrawlRoute): Record<string, string> {
  const host = hosts.find(
    (candidate): candidate is string => typeof candidate === 'string' && !candidate.includes(':'),
  );
  return host === undefined ? {} : { host };
}

function withoutSecrets(body: string): string {
  const mask = (name: string, value: unknown): unknown =>
    typeof value === 'string' && isCredential(name) ? '<left out>' : value;
  return JSON.stringify(JSON.parse(body, mask));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
