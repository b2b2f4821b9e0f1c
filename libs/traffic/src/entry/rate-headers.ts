import type { ServerResponse } from 'node:http';
import type { RateDecision } from '../rates/rate-limiter.js';

/**
 * Sets `RateLimit-Policy` and `RateLimit`: the limits, what is left, and the seconds until they are whole.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function setRateHeaders(response: ServerResponse, decisions: readonly RateDecision[]): void {
  if (decisions.length === 0 || response.headersSent) return;
  const seconds = (ms: number): number => Math.ceil(ms / 1_000);
  const policies = decisions.map(({ policy }) => `"${policy.name}";q=${policy.requests};w=${seconds(policy.perMs)}`);
  const left = decisions.map(
    ({ policy, remaining, resetMs }) => `"${policy.name}";r=${remaining};t=${seconds(resetMs)}`,
  );
  response.setHeader('RateLimit-Policy', policies.join(', '));
  response.setHeader('RateLimit', left.join(', '));
}
