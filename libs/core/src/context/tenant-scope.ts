import { TenantClientNotAcquiredError } from '../errors/client.errors.js';
import type { MultitenancyError } from '../errors/multitenancy.error.js';
import { TenantRequiredError } from '../errors/tenant.errors.js';
import { TenantScopeEndedError } from '../errors/scope.errors.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { ResolutionOutcome, ResolverTrust } from '../tenant/resolution-outcome.js';
import type { Tenant } from '../tenant/tenant.js';
import { ScopeExits } from './scope-exits.js';
import type { HookedScope } from './scope-hook.js';
import type { ScopeHooks } from './scope-hooks.js';
import type { LeaseHolder, HeldClient, ScopeClients } from './scope-clients.js';
import { remedyAfterEnd, remedyHere, remedyOfForcedDisposal } from './client-remedy.js';
import type { ScopeHandler, ScopeOpener } from './client-remedy.js';
import { ScopeSignal } from './scope-signal.js';

/** What a scope is opened for, where that knows more than a tenant. */
export interface ScopeEntry {
  /** What the transport knows the work by: Node's request. Another scope with the same carrier is of the same request. */
  readonly carrier: object;
  /** Evaluates again what names the tenant, with the body, and where time has passed; gets the outcome so far. */
  evaluateAgain(head: ResolutionOutcome): MaybePromise<ResolutionOutcome>;
  /** Called before the scope leases its first client: its end must be certain to be seen. */
  beforeLease(): void;
  /** Ends a response that is still being sent: its scope has been aborted. */
  interrupt(): void;
}

/** Where scopes are opened and closed. */
export interface ScopeHome {
  /** Where scopes acquire clients. */
  readonly clients: ScopeClients;
  /** What runs when a scope of a tenant opens. Default: nothing. */
  readonly hooks?: ScopeHooks;
  /** Opens a scope. Without an entry, the caller ends it. */
  open(outcome: ResolutionOutcome, entry?: ScopeEntry): TenantScope;
  /** Called once by each scope that ends. */
  closed(scope: TenantScope): void;
  /** Why the tenant of an outcome is no longer served, or `null`. An outage is no reason. Asks the cached catalog. */
  refusalOf(outcome: ResolutionOutcome): MaybePromise<MultitenancyError | null>;
}

interface HeldKind {
  readonly kind: string;
  readonly held: HeldClient;
}

/**
 * One unit of work in one context: a request, a message, a job. Holds leases and ends once. Its tenant is set when it
 * opens and never exchanged: a later evaluation may refuse it, and may name it only once, before any handler has run.
 */
export class TenantScope implements LeaseHolder, HookedScope {
  readonly home: ScopeHome;
  /** Neighbours in the list of its home. */
  previous: TenantScope | undefined;
  next: TenantScope | undefined;
  /** Whether the deletion of its tenant waits for it. */
  isAwaited = true;
  /** The nearest scope around it that is another application's, in the same process. */
  foreign: TenantScope | undefined = undefined;
  /** What opened it, for advice on clients that it lacks. */
  opener: ScopeOpener = 'entry';
  /** The handler that it was let through to, for the same advice. */
  handler: ScopeHandler | undefined = undefined;
  readonly #entry: ScopeEntry | undefined;
  #outcome: ResolutionOutcome;
  /** A few at most: an array is found through faster than a map. */
  #held: HeldKind[] | undefined;
  /** Why there is no client of a kind. */
  #lacking: Map<string, unknown> | undefined;
  #completing: Promise<void> | undefined;
  #exits: ScopeExits | undefined;
  #isBegun = false;
  #signal: ScopeSignal | undefined;
  #abortReason: MultitenancyError | undefined;
  #ended = false;

  /** @param entry what it is opened for; without it, the caller that opened the scope ends it */
  constructor(outcome: ResolutionOutcome, home: ScopeHome, entry?: ScopeEntry) {
    this.#outcome = outcome;
    this.home = home;
    this.#entry = entry;
  }

  get outcome(): ResolutionOutcome {
    return this.#outcome;
  }

  /** Where it acquires clients. */
  get clients(): ScopeClients {
    return this.home.clients;
  }

  /** What its transport knows the work by, where it has such a thing. */
  get carrier(): object | undefined {
    return this.#entry?.carrier;
  }

  /** How far the place can be trusted that named the tenant; `network` where none is named. */
  get trust(): ResolverTrust {
    return this.#outcome.kind === 'resolved' ? this.#outcome.trust : 'network';
  }

  /** What is undone when it ends. */
  get exits(): ScopeExits {
    return (this.#exits ??= new ScopeExits());
  }

  /** Runs the scope hooks, once it has a tenant, and once. Called inside it, before its work. @throws what a hook throws */
  begin(): MaybePromise<void> {
    const { hooks } = this.home;
    if (hooks === undefined || hooks.isEmpty || this.#isBegun || this.#outcome.kind !== 'resolved') return undefined;
    this.#isBegun = true;
    return hooks.run(this, this.exits);
  }

  /** Evaluates the tenant again, for a guard that runs later than the scope was opened. Concurrent calls share one evaluation. */
  complete(): MaybePromise<void> {
    if (this.#entry === undefined) return undefined;
    if (this.#completing !== undefined) return this.#completing;
    const outcome = this.#entry.evaluateAgain(this.#outcome);
    if (!(outcome instanceof Promise)) {
      this.#outcome = outcome;
      return this.begin();
    }
    this.#completing = outcome.then((late) => {
      this.#outcome = late;
      this.#completing = undefined;
      return this.begin();
    });
    return this.#completing;
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

  /** Id of the tenant, or `undefined`; never throws. */
  get tenantId(): string | undefined {
    return this.#outcome.kind === 'resolved' ? this.#outcome.tenant.id : undefined;
  }

  /** Whether what was made in this scope may be used in another within it: the same application, and no other tenant. */
  sharesStateWith(inner: TenantScope): boolean {
    if (this.clients !== inner.clients || this.#outcome.kind === 'notApplicable') return this.clients === inner.clients;
    return this.tenantId !== undefined && this.tenantId === inner.tenantId;
  }

  /** Whether the scope has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Why the scope must end, or `undefined`. */
  get abortReason(): MultitenancyError | undefined {
    return this.#abortReason;
  }

  /** Aborted when the scope must end. Its reason is a coded error. */
  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      this.#signal = new ScopeSignal();
      if (this.#abortReason !== undefined) this.#signal.abort(this.#abortReason);
    }
    return this.#signal.signal;
  }

  /** Fires the signal and ends a response that is still being sent. The scope itself ends when its work does. The first reason counts. */
  abort(reason: MultitenancyError): void {
    if (this.#abortReason !== undefined || this.#ended) return;
    this.#abortReason = reason;
    this.#signal?.abort(reason);
    this.#entry?.interrupt();
  }

  refusal(): MaybePromise<MultitenancyError | null> {
    return this.home.refusalOf(this.#outcome);
  }

  /** @throws `MT_SCOPE_ENDED` once the scope has ended: no handler begins in it */
  assertOpen(): void {
    if (this.#ended) throw new TenantScopeEndedError('its request or job is over', this.tenantId);
  }

  /** Whether a client of this kind is leased here. */
  holds(kind: string): boolean {
    return this.#find(kind) !== undefined;
  }

  /**
   * Leases a client until the scope ends. When it has ended already, or holds that kind already, the lease is released at
   * once.
   *
   * @throws `MT_CLIENT_NOT_ACQUIRED` when the scope has ended
   */
  hold(kind: string, held: HeldClient): void {
    if (this.#held === undefined) this.#beforeLease(held);
    if (this.#ended || this.holds(kind)) held.release();
    else (this.#held ??= []).push({ kind, held });
    if (this.#ended) throw this.#over(kind);
  }

  /** Notes why there is no client of a kind: {@link client} throws it. */
  lacks(kind: string, error: unknown): void {
    (this.#lacking ??= new Map()).set(kind, error);
  }

  /**
   * The client of a kind.
   *
   * @throws `MT_CLIENT_NOT_ACQUIRED` when it is not leased here and once it has been disposed, or why it could not be acquired;
   *   what is wrong with the tenant
   */
  client(kind: string): unknown {
    const lease = this.#find(kind);
    if (lease === undefined) throw this.#whyNot(kind);
    if (lease.held.isClosed === true)
      throw this.#notAcquired(
        kind,
        'it was closed while in use, after its drain timeout',
        remedyOfForcedDisposal(kind),
      );
    return lease.held.client;
  }

  /** Ends the scope and releases what it holds. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#exits?.end();
    const held = this.#held;
    this.#held = undefined;
    held?.forEach((lease) => lease.held.release());
    this.home.closed(this);
  }

  /** Where the end of the work cannot be observed, the lease is released at once. */
  #beforeLease(held: HeldClient): void {
    try {
      this.#entry?.beforeLease();
    } catch (error) {
      held.release();
      throw error;
    }
  }

  #find(kind: string): HeldKind | undefined {
    if (this.#held === undefined) return undefined;
    for (const lease of this.#held) if (lease.kind === kind) return lease;
    return undefined;
  }

  #whyNot(kind: string): unknown {
    if (this.#ended) return this.#over(kind);
    const outcome = this.#outcome;
    if (outcome.kind === 'rejected' || outcome.kind === 'conflict') return outcome.error;
    if (outcome.kind === 'notApplicable') return new TenantRequiredError();
    const failure = this.#lacking?.get(kind);
    if (failure !== undefined) return failure;
    const remedy = remedyHere(kind, this.opener, this.handler);
    return this.#notAcquired(kind, 'this request or job has not acquired it', remedy);
  }

  #over(kind: string): TenantClientNotAcquiredError {
    return this.#notAcquired(kind, 'its request or job is over', remedyAfterEnd(kind));
  }

  #notAcquired(kind: string, why: string, remedy: string): TenantClientNotAcquiredError {
    return new TenantClientNotAcquiredError(kind, this.tenantId, why, remedy);
  }
}
