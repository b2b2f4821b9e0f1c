import type { JsonValue } from '@tenantry/core';
import { CapabilityError } from '../engine/capability.error.js';
import type { Capability } from '../engine/service-engine.js';
import { objectArgument, textArgument } from './arguments.js';
import type { ResolvedFetchOptions } from './fetch-options.js';
import { sendOutgoing } from './outgoing-request.js';
import type { IncomingResponse } from './outgoing-request.js';

const MAX_URL = 4_096;
const MOST_REDIRECTS = 3;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]{1,128}$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]{0,4096}$/;
/** They are the host's, or belong to one connection. */
const REFUSED_HEADERS =
  /^(?:host|connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*)$/;

interface FetchInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** `ctx.fetch(url, { method, headers, body })`: gives `{ status, headers, body, url }`, the body as text. */
export function fetchCapability(options: ResolvedFetchOptions): Capability {
  return async ({ signal }, url, init) => {
    const late = AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]);
    return follow(options, allowedUrl(options, textArgument('The URL', url, MAX_URL)), initOf(init), late);
  };
}

async function follow(
  options: ResolvedFetchOptions,
  first: URL,
  init: FetchInit,
  signal: AbortSignal,
): Promise<JsonValue> {
  let [url, current] = [first, init];
  for (let redirects = 0; ; redirects++) {
    const response = await sendOutgoing({
      ...current,
      url,
      signal,
      maxBytes: options.maxBytes,
      allowPrivate: options.allowPrivate,
    });
    const { location } = response.headers;
    if (!REDIRECTS.has(response.status) || location === undefined) return resultOf(url, response);
    if (redirects === MOST_REDIRECTS)
      throw new CapabilityError(`The server redirects more than ${MOST_REDIRECTS} times.`);
    const next = allowedUrl(options, location, url);
    current = redirected(current, response.status, next.origin === url.origin);
    url = next;
  }
}

function allowedUrl({ isAllowed }: ResolvedFetchOptions, text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  if (url === undefined || !isAllowed(url))
    throw new CapabilityError('The URL is not on the list of those that may be called.');
  if (url.username !== '' || url.password !== '')
    throw new CapabilityError('The URL has a user or a password: send a header.');
  return url;
}

/** As browsers do: another method than GET is repeated by 307 and 308 only, and credentials stay with their origin. */
function redirected({ method, headers, body }: FetchInit, status: number, isSameOrigin: boolean): FetchInit {
  const isKept = status === 307 || status === 308 || method === 'GET' || method === 'HEAD';
  const kept = Object.entries(headers).filter(
    ([name]) =>
      (isSameOrigin || (name !== 'authorization' && name !== 'cookie')) && (isKept || !name.startsWith('content-')),
  );
  return { method: isKept ? method : 'GET', headers: Object.fromEntries(kept), body: isKept ? body : null };
}

function initOf(value: JsonValue | undefined): FetchInit {
  const { method = 'GET', headers, body = null } = objectArgument('The second argument of fetch', value);
  if (typeof method !== 'string' || !METHODS.has(method.toUpperCase()))
    throw new CapabilityError('The method is not one of HTTP.');
  if (body !== null && typeof body !== 'string') throw new CapabilityError('The body is no text: use JSON.stringify.');
  return { method: method.toUpperCase(), headers: headersOf(headers), body };
}

function headersOf(value: JsonValue | undefined): Record<string, string> {
  const entries = Object.entries(objectArgument('headers', value)).map(
    ([name, text]) => [name.toLowerCase(), text] as const,
  );
  for (const [name, text] of entries) {
    if (!HEADER_NAME.test(name) || REFUSED_HEADERS.test(name))
      throw new CapabilityError('A header of this name cannot be sent.');
    if (typeof text !== 'string' || !HEADER_VALUE.test(text))
      throw new CapabilityError(`The header ${name} is no text of one line.`);
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function resultOf(url: URL, { status, headers, body }: IncomingResponse): JsonValue {
  return { url: url.href, status, headers: { ...headers }, body: body.toString('utf8') };
}
