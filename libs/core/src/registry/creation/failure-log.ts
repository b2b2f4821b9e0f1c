import { TenantClientCreateFailedError, TenantClientFactoryFaultError } from '../../errors/client.errors.js';
import { backoffMs, longestPauseMs } from '../../kernel/backoff.js';
import { TenantMap } from '../tenant-map.js';

const MAX_FAILURES = 10_000;
/** In longest pauses: ten minutes, unless the first pause is longer than 15 s. */
const KEPT_FOR = 40;

interface Failure {
  readonly attempts: number;
  readonly failedAt: number;
  readonly retryAt: number;
  readonly cause: unknown;
}

/**
 * Records which tenants' factories failed lately, each with its last error. Bounded: at most 10,000 tenants, for at most
 * ten minutes (or 40 times a first delay above 15 s); the oldest failures are dropped first.
 */
export class FailureLog {
  readonly #failures = new TenantMap<Failure>();
  readonly #kind: string;
  readonly #firstMs: number;
  readonly #random: () => number;

  constructor(kind: string, firstMs: number, random: () => number) {
    this.#kind = kind;
    this.#firstMs = firstMs;
    this.#random = random;
  }

  /** Notes a failure. @returns milliseconds until the next attempt is allowed */
  add(tenantId: string, cause: unknown, now: number): number {
    this.#dropUpTo(now - KEPT_FOR * longestPauseMs(this.#firstMs));
    const attempts = (this.#failures.get(tenantId)?.attempts ?? 0) + 1;
    const pauseMs = backoffMs(attempts, this.#firstMs, this.#random());
    this.#failures.delete(tenantId);
    this.#failures.set(tenantId, { attempts, failedAt: now, retryAt: now + pauseMs, cause });
    if (this.#failures.size > MAX_FAILURES) this.#failures.delete(this.#failures.keys().next().value as string);
    return pauseMs;
  }

  /** Drops the failures of a tenant. */
  clear(tenantId: string): void {
    this.#failures.delete(tenantId);
  }

  /** The error of an attempt that comes too early, or `null` when an attempt is allowed. */
  refusal(tenantId: string, now: number): TenantClientCreateFailedError | TenantClientFactoryFaultError | null {
    const failure = this.#failures.get(tenantId);
    if (failure === undefined || now >= failure.retryAt) return null;
    if (failure.cause instanceof TenantClientFactoryFaultError) return failure.cause;
    return new TenantClientCreateFailedError(this.#kind, tenantId, failure.cause, failure.retryAt - now);
  }

  #dropUpTo(time: number): void {
    for (const [tenantId, { failedAt }] of this.#failures.entries()) {
      if (failedAt > time) return;
      this.#failures.delete(tenantId);
    }
  }
}
