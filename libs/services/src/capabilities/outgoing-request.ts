import { Buffer } from 'node:buffer';
import { lookup } from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { CapabilityError } from '../engine/capability.error.js';
import { isPublicAddress } from './addresses.js';

/** A request of a service to the outside. */
export interface OutgoingRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
  readonly allowPrivate: boolean;
}

/** What came back. */
export interface IncomingResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/**
 * Sends one request on a connection of its own; follows no redirect. The address that the name stands for is checked where the
 * connection uses it: between the check and the connection no second answer of the DNS can come in.
 *
 * @throws `CapabilityError`
 */
export async function sendOutgoing(outgoing: OutgoingRequest): Promise<IncomingResponse> {
  const { url, allowPrivate } = outgoing;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) throw notPublic();
  return read(await send(outgoing), outgoing.maxBytes);
}

function send({ url, method, headers, body, signal, allowPrivate }: OutgoingRequest): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = { method, headers: { ...headers, ...length }, signal, agent: false as const };
    const sent = request(url, { ...options, ...(!allowPrivate && { lookup: publicLookup }) }, resolve);
    sent.on('error', (error) => reject(sendingError(error)));
    sent.end(body ?? undefined);
  });
}

async function read(response: IncomingMessage, maxBytes: number): Promise<IncomingResponse> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new CapabilityError(`The response has more than ${maxBytes} bytes.`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw sendingError(error);
  }
  const headers = Object.entries(response.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  );
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks),
  };
}

/** As `dns.lookup`, and refuses a name when any of its addresses is not public. */
function publicLookup(host: string, options: LookupOptions, done: LookupCallback): void {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, []);
    if (!addresses.every(({ address }) => isPublicAddress(address))) return done(notPublic(), []);
    const [first] = addresses;
    if (options.all === true || first === undefined) done(null, addresses);
    else done(null, first.address, first.family);
  });
}

function notPublic(): CapabilityError {
  return new CapabilityError('The address is not on the public Internet.');
}

/** What happened on the network is the tenant's to know by its kind alone. */
function sendingError(error: unknown): CapabilityError {
  if (error instanceof CapabilityError) return error;
  const name: unknown = Reflect.get(Object(error), 'name');
  const isLate = name === 'AbortError' || name === 'TimeoutError';
  return new CapabilityError(isLate ? 'The call took too long.' : 'The server cannot be reached.');
}
