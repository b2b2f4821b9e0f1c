import type { Secret } from '../port/secret.js';
import type { GrantedToken } from './vault-answers.js';

/** A token in use. */
export interface VaultToken {
  /** Its identity stays when the token is renewed. */
  readonly value: Secret<string>;
  readonly renewable: boolean;
  /** The lease of the login: renewals give as much until the token nears its end. */
  readonly fullLeaseMs: number;
  readonly leaseMs: number;
  /** By the clock. */
  readonly expiresAt: number;
}

/** A token that was granted at `now`. */
export function freshToken({ value, renewable, leaseMs }: GrantedToken, now: number): VaultToken {
  return { value, renewable, leaseMs, fullLeaseMs: leaseMs, expiresAt: now + leaseMs };
}

/** A token after a renewal at `now`. */
export function renewedToken(token: VaultToken, { leaseMs, renewable }: GrantedToken, now: number): VaultToken {
  return { ...token, renewable, leaseMs, expiresAt: now + leaseMs };
}

/** Whether renewing still extends a token: it gave at least half of the login's lease. */
export function isExtended({ leaseMs, fullLeaseMs }: VaultToken): boolean {
  return leaseMs >= fullLeaseMs / 2;
}

/** When to renew: after two thirds of the lease, up to a tenth earlier so that nodes do not all come at once; `null` = never. */
export function renewalDelayMs({ leaseMs }: VaultToken, random: number): number | null {
  return leaseMs === Infinity ? null : leaseMs * (2 / 3) * (1 - random / 10);
}
