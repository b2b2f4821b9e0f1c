import { Buffer } from 'node:buffer';
import type { ServiceReply } from './service-engine.js';

const NAME = /^[!#$%&'*+.^_`|~0-9a-zA-Z-]{1,256}$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]{0,8192}$/;
const MOST_HEADERS = 100;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** The server writes them. */
const OF_THE_SERVER = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** A reply, or what is wrong with it: a sentence for the tenant's log. */
export type CheckedReply = ServiceReply | { readonly problem: string };

/**
 * Reads what a service answered: `{ status?, headers?, body?, encoding? }`. A body that is no text is sent as JSON.
 *
 * @param text JSON
 */
export function checkedReply(text: string): CheckedReply {
  const reply: unknown = JSON.parse(text);
  if (typeof reply !== 'object' || reply === null || Array.isArray(reply))
    return { problem: 'The service gave no reply: return an object, { status: 200, headers: {}, body }.' };
  const { status = 200, headers = {}, body, encoding } = reply as Readonly<Record<string, unknown>>;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599)
    return { problem: 'The status of the reply is no integer from 200 to 599.' };
  const checked = checkedHeaders(headers);
  if (typeof checked === 'string') return { problem: checked };
  return withBody(status, checked, body, encoding);
}

function checkedHeaders(headers: unknown): Map<string, string> | string {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers))
    return 'The headers of the reply are no object.';
  const entries = Object.entries(headers);
  if (entries.length > MOST_HEADERS) return `The reply has more than ${MOST_HEADERS} headers.`;
  const checked = new Map<string, string>();
  for (const [name, value] of entries as [string, unknown][]) {
    if (!NAME.test(name)) return 'The name of a header of the reply is not valid.';
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text !== 'string' || !VALUE.test(text))
      return `The header ${name} of the reply is no text of one line in Latin-1.`;
    if (!OF_THE_SERVER.has(name.toLowerCase())) checked.set(name.toLowerCase(), text);
  }
  return checked;
}

function withBody(status: number, headers: Map<string, string>, body: unknown, encoding: unknown): CheckedReply {
  if (encoding !== undefined && encoding !== 'utf8' && encoding !== 'base64')
    return { problem: "The encoding of the reply is neither 'utf8' nor 'base64'." };
  if (encoding === 'base64' && (typeof body !== 'string' || !BASE64.test(body)))
    return { problem: 'The body of the reply is no base64.' };
  const [bytes, type] = bytesOf(body, encoding);
  if (type !== undefined && !headers.has('content-type')) headers.set('content-type', type);
  return { status, headers: Object.fromEntries(headers), body: bytes };
}

function bytesOf(body: unknown, encoding: 'utf8' | 'base64' = 'utf8'): readonly [bytes: Buffer, type?: string] {
  if (body === undefined || body === null) return [Buffer.alloc(0)];
  if (typeof body === 'string') return [Buffer.from(body, encoding), 'text/plain; charset=utf-8'];
  return [Buffer.from(JSON.stringify(body)), 'application/json; charset=utf-8'];
}
