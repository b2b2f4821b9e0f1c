import type { Clock } from '@tenantry/core';
import { withinDeadline } from '@tenantry/core/spi';
import type { JSONWebKeySet } from 'jose';

/** One fetch of a key set. */
export interface JwksFetch {
  readonly url: string;
  /** Milliseconds for head and body together. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly clock: Clock;
}

/**
 * Fetches a key set: bounded in time and size, without following redirects. Whether it is a key set is not checked.
 *
 * @throws Error whatever goes wrong
 */
export async function fetchJwks({ url, timeoutMs, maxBytes, clock }: JwksFetch): Promise<JSONWebKeySet> {
  const controller = new AbortController();
  const onTimeout = (): Error => new Error(`no answer within ${timeoutMs} ms`);
  try {
    return await withinDeadline({ clock, timeoutMs, onTimeout }, () => fetched(url, maxBytes, controller.signal));
  } finally {
    controller.abort();
  }
}

async function fetched(url: string, maxBytes: number, signal: AbortSignal): Promise<JSONWebKeySet> {
  const headers = { accept: 'application/jwk-set+json, application/json' };
  const response = await fetch(url, { signal, redirect: 'error', headers });
  return JSON.parse(await textOf(response, maxBytes)) as JSONWebKeySet;
}

async function textOf(response: Response, maxBytes: number): Promise<string> {
  if (response.status !== 200) throw new Error(`status ${response.status} instead of 200`);
  if (response.body === null) throw new Error('an empty answer');
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error(`more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
