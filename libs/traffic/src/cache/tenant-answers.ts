import type { CachedResponse } from './cached-response.js';

interface Kept {
  readonly response: CachedResponse;
  readonly bytes: number;
}

/** What an entry takes beside its texts. */
const OVERHEAD_BYTES = 200;

/** The answers of one tenant, the one that was used longest ago first. */
export class TenantAnswers {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): CachedResponse | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.response;
  }

  /** Keeps an answer within so many bytes for all of them; one that is larger by itself is not kept. */
  set(key: string, response: CachedResponse, maxBytes: number): void {
    this.delete(key);
    const bytes = bytesOf(key, response);
    if (bytes > maxBytes) return;
    this.#kept.set(key, { response, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= maxBytes) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }

  purge(tag: string | undefined): void {
    for (const [key, { response }] of this.#kept)
      if (tag === undefined || response.tags.includes(tag)) this.delete(key);
  }
}

function bytesOf(key: string, { body, headers, etag, tags }: CachedResponse): number {
  const texts = [key, body ?? '', etag, ...tags, ...Object.entries(headers).flat()];
  return OVERHEAD_BYTES + 2 * texts.reduce((sum, text) => sum + text.length, 0);
}
