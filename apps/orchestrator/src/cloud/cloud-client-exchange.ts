import { CloudApiError } from './cloud-client-error.js';
import type { CloudFetch } from './cloud-client-options.js';
import { untilAborted } from './cloud-client-signal.js';

/** A complete answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Sends one request and reads the whole answer.
 *
 * @param signal ends it at any point, with a `CloudApiError` as its reason
 * @throws {@link CloudApiError} the signal's reason, or `unavailable` when the exchange broke off
 */
export async function exchange(
  fetch: CloudFetch,
  url: string,
  init: Omit<RequestInit, 'signal'>,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const response = await untilAborted(signal, fetch(url, { ...init, redirect: 'manual', signal }));
    const text = await untilAborted(signal, response.text());
    return { status: response.status, headers: response.headers, text };
  } catch (cause) {
    signal.throwIfAborted();
    throw new CloudApiError('unavailable', 'The cloud cannot be reached. Try again shortly.', { cause });
  }
}
