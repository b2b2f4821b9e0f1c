import { OptionsInvalidError } from '@tenantry/core';
import type { TenantIdle } from '../port/session.js';

/** How sessions work. */
export interface SessionOptions {
  /** Signs the tokens, 32 characters or more, the same on every node. */
  readonly secret: string;
  /** Secrets that were used before; they verify and do not sign. Default: none. */
  readonly formerSecrets?: readonly string[];
  /** `iss` and `aud` of the tokens. Default `tenantry`. */
  readonly issuer?: string;
  /** Life of an access token in seconds, 30 to 3,600. Default 900. */
  readonly accessSeconds?: number;
  /** Life of a session in milliseconds, however often it is refreshed; one minute to a year. Default 30 days. */
  readonly lifetimeMs?: number;
  /** What happens after a time without use by a person. Default: `reload` after 30 minutes. */
  readonly idle?: TenantIdle;
  /** Whether a tenant may choose a stricter rule for itself. Default `tighten`. */
  readonly tenantMay?: 'tighten' | 'nothing';
  /** Milliseconds since 1970. Default `Date.now`; for tests. */
  readonly now?: () => number;
}

/** {@link SessionOptions} with the defaults filled in. */
export type ResolvedSessionOptions = Required<SessionOptions>;

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** Fills the defaults in. @throws `MT_OPTIONS_INVALID`, without the secret */
export function resolveSessionOptions(options: SessionOptions): ResolvedSessionOptions {
  const resolved: ResolvedSessionOptions = {
    formerSecrets: [],
    issuer: 'tenantry',
    accessSeconds: 900,
    lifetimeMs: 30 * DAY_MS,
    idle: { policy: 'reload', afterMs: 30 * MINUTE_MS },
    tenantMay: 'tighten',
    now: Date.now,
    ...options,
  };
  for (const secret of [resolved.secret, ...resolved.formerSecrets]) assertSecret(secret);
  assertWithin('sessions.accessSeconds', resolved.accessSeconds, [30, 3_600]);
  assertWithin('sessions.lifetimeMs', resolved.lifetimeMs, [MINUTE_MS, 366 * DAY_MS]);
  assertIdle('sessions.idle', resolved.idle);
  return resolved;
}

/** Insists on a usable rule about inactivity. @throws `MT_OPTIONS_INVALID` */
export function assertIdle(option: string, { policy, afterMs }: TenantIdle): void {
  if (policy !== 'reload' && policy !== 'require-login') {
    throw new OptionsInvalidError(`${option}.policy`, policy, '"reload" or "require-login"');
  }
  assertWithin(`${option}.afterMs`, afterMs, [1_000, 366 * DAY_MS]);
}

function assertSecret(secret: string): void {
  if (typeof secret === 'string' && secret.length >= 32) return;
  throw new OptionsInvalidError('sessions.secret', '[secret]', 'text of at least 32 characters');
}

function assertWithin(option: string, value: number, [min, max]: readonly [number, number]): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new OptionsInvalidError(option, value, `a whole number from ${min} to ${max}`);
}
