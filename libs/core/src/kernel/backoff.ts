const LONGEST_PAUSE_MS = 15_000;

/**
 * Exponential backoff with jitter: the delay after the n-th failed attempt in a row, in milliseconds. It doubles from `firstMs`
 * up to 15 s; a random part of up to a half is subtracted, so that callers that failed together do not retry together. Pure.
 *
 * @param attempts failed attempts in a row, from 1
 * @param random 0 to 1
 */
export function backoffMs(attempts: number, firstMs: number, random: number): number {
  const full = Math.min(firstMs * 2 ** Math.min(attempts - 1, 30), longestPauseMs(firstMs));
  return full * (1 - random / 2);
}

/** The longest delay in milliseconds: 15 s, or the first delay where that is longer. */
export function longestPauseMs(firstMs: number): number {
  return Math.max(LONGEST_PAUSE_MS, firstMs);
}
