import { TenantClientNotAcquiredError } from '../errors/client.errors.js';
import { TenantRequiredError } from '../errors/tenant.errors.js';
import type { MaybePromise } from '../tenant/maybe-promise.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import type { Tenant } from '../tenant/tenant.js';
import type { Borrower, HeldClient, ScopeClients } from './scope-clients.js';

/** What a scope is opened for, where that knows more than a tenant. */
export interface ScopeEntry {
  /** Ends the scope once the work is over, at once if it is over already. */
  endWithWork(scope: { end(): void }): void;
  /** Judges again with what only the body of a request tells; gets the outcome so far. */
  hearBody(head: ResolutionOutcome): MaybePromise<ResolutionOutcome>;
}

interface Loan {
  readonly kind: string;
  readonly held: HeldClient;
}

/**
 * One stretch of work in one context: a request, a message, a job. Holds the clients on loan to it and ends once.
 * Its tenant is set when it opens; only the guard may complete it, before any handler has run.
 */
export class TenantScope implements Borrower {
  /** Where it borrows clients. */
  readonly clients: ScopeClients;
  readonly #entry: ScopeEntry | undefined;
  #outcome: ResolutionOutcome;
  /** A few at most: an array is found through faster than a map. */
  #held: Loan[] | undefined;
  /** Why there is no client of a kind. */
  #lacking: Map<string, unknown> | undefined;
  #ended = false;

  /** @param entry what it is opened for; without it, whoever opened the scope ends it */
  constructor(outcome: ResolutionOutcome, clients: ScopeClients, entry?: ScopeEntry) {
    this.#outcome = outcome;
    this.clients = clients;
    this.#entry = entry;
  }

  get outcome(): ResolutionOutcome {
    return this.#outcome;
  }

  /** Takes in what only the body of the request tells, where some resolver reads it. */
  complete(): MaybePromise<void> {
    if (this.#entry === undefined) return;
    const outcome = this.#entry.hearBody(this.#outcome);
    if (outcome instanceof Promise) return outcome.then((late) => void (this.#outcome = late));
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
    return this.#find(kind) !== undefined;
  }

  /**
   * Takes a client on loan until the scope ends. When it has ended already, or holds that kind already, the client goes
   * straight back.
   *
   * @throws `MT_CLIENT_NOT_ACQUIRED` when the scope has ended
   */
  hold(kind: string, held: HeldClient): void {
    if (this.#held === undefined) this.#endWithWork(held);
    if (this.#ended || this.holds(kind)) held.release();
    else (this.#held ??= []).push({ kind, held });
    if (this.#ended) throw this.#notAcquired(kind);
  }

  /** Notes why there is no client of a kind: {@link client} throws it. */
  lacks(kind: string, error: unknown): void {
    (this.#lacking ??= new Map()).set(kind, error);
  }

  /**
   * The client of a kind.
   *
   * @throws `MT_CLIENT_NOT_ACQUIRED` when it is not on loan here (any more), or why it could not be acquired; what is wrong with
   *   the tenant
   */
  client(kind: string): unknown {
    const loan = this.#find(kind);
    if (loan === undefined) throw this.#whyNot(kind);
    return loan.held.client;
  }

  /** Ends the scope and gives back what it holds. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const held = this.#held;
    this.#held = [];
    held?.forEach((loan) => loan.held.release());
  }

  /** Where nobody would tell the end of the work, the client goes back. */
  #endWithWork(held: HeldClient): void {
    try {
      this.#entry?.endWithWork(this);
    } catch (error) {
      held.release();
      throw error;
    }
  }

  #find(kind: string): Loan | undefined {
    if (this.#held === undefined) return undefined;
    for (const loan of this.#held) if (loan.kind === kind) return loan;
    return undefined;
  }

  #whyNot(kind: string): unknown {
    if (this.#ended) return this.#notAcquired(kind);
    const outcome = this.#outcome;
    if (outcome.kind === 'rejected' || outcome.kind === 'conflict') return outcome.error;
    if (outcome.kind === 'notApplicable') return new TenantRequiredError();
    return this.#lacking?.get(kind) ?? this.#notAcquired(kind);
  }

  #notAcquired(kind: string): TenantClientNotAcquiredError {
    const id = this.#outcome.kind === 'resolved' ? this.#outcome.tenant.id : undefined;
    const why = this.#ended ? 'its request or job is over' : 'this request or job has not acquired it';
    return new TenantClientNotAcquiredError(kind, id, why);
  }
}
