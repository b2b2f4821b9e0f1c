import { TenantClientNotAcquiredError } from '../errors/client.errors.js';
import { TenantRequiredError } from '../errors/tenant.errors.js';
import { isPromise } from '../tenant/maybe-promise.js';
import type { MaybePromise } from '../tenant/maybe-promise.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import type { Tenant } from '../tenant/tenant.js';
import type { Borrower, HeldClient, ScopeClients } from './scope-clients.js';

/** What a scope is opened with. */
export interface ScopeParts {
  readonly outcome: ResolutionOutcome;
  /** Where it borrows clients. */
  readonly clients: ScopeClients;
  /** Calls `end` once its work is over, at once if it is over already. Without it, whoever opened the scope ends it. */
  readonly whenOver?: (end: () => void) => void;
  /** Judges again with what only the body of a request tells; gets the outcome so far. */
  readonly hearBody?: (head: ResolutionOutcome) => MaybePromise<ResolutionOutcome>;
}

/**
 * One stretch of work in one context: a request, a message, a job. Holds the clients on loan to it and ends once.
 * Its tenant is set when it opens; only the guard may complete it, before any handler has run.
 */
export class TenantScope implements Borrower {
  readonly #parts: ScopeParts;
  #outcome: ResolutionOutcome;
  #held: Map<string, HeldClient> | undefined;
  #ended = false;

  constructor(parts: ScopeParts) {
    this.#parts = parts;
    this.#outcome = parts.outcome;
  }

  get outcome(): ResolutionOutcome {
    return this.#outcome;
  }

  /** Where it borrows clients. */
  get clients(): ScopeClients {
    return this.#parts.clients;
  }

  /** Takes in what only the body of the request tells, where some resolver reads it. */
  complete(): MaybePromise<void> {
    const outcome = this.#parts.hearBody?.(this.#outcome);
    if (outcome === undefined) return;
    if (isPromise(outcome)) return outcome.then((late) => void (this.#outcome = late));
    this.#outcome = outcome;
  }

  /** The tenant, or `null` when nothing names one. @throws what was wrong with the tenant that something named */
  get tenantOrNull(): Tenant | null {
    const outcome = this.#outcome;
    switch (outcome.kind) {
      case 'resolved':
        return outcome.tenant;
      case 'notApplicable':
        return null;
      default:
        throw outcome.error;
    }
  }

  /** The tenant. @throws as {@link tenantOrNull}, and `MT_TENANT_REQUIRED` when nothing names one */
  get tenant(): Tenant {
    const tenant = this.tenantOrNull;
    if (tenant === null) throw new TenantRequiredError();
    return tenant;
  }

  /** Whether the scope has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether a client of this kind is on loan here. */
  holds(kind: string): boolean {
    return this.#held?.has(kind) ?? false;
  }

  /**
   * Takes a client on loan until the scope ends. When it has ended already, or holds that kind already, the client goes
   * straight back.
   *
   * @throws `MT_CLIENT_NOT_ACQUIRED` when the scope has ended
   */
  hold(kind: string, held: HeldClient): void {
    if (this.#held === undefined) {
      this.#held = new Map();
      this.#parts.whenOver?.(() => this.end());
    }
    if (this.#ended || this.#held.has(kind)) held.release();
    else this.#held.set(kind, held);
    if (this.#ended) throw this.#notAcquired(kind);
  }

  /** The client of a kind. @throws `MT_CLIENT_NOT_ACQUIRED` when it is not on loan here (any more) */
  client(kind: string): unknown {
    const held = this.#held?.get(kind);
    if (held === undefined) throw this.#notAcquired(kind);
    return held.client;
  }

  /** Ends the scope and gives back what it holds. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const held = this.#held;
    this.#held = new Map();
    held?.forEach((each) => each.release());
  }

  #notAcquired(kind: string): TenantClientNotAcquiredError {
    const id = this.#outcome.kind === 'resolved' ? this.#outcome.tenant.id : undefined;
    const why = this.#ended ? 'its request or job is over' : 'this request or job has not acquired it';
    return new TenantClientNotAcquiredError(kind, id, why);
  }
}
