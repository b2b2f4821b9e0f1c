import type { MultitenancyError } from '../errors/multitenancy.error.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { Tenant } from '../tenant/tenant.js';

/** A leased client. */
export interface HeldClient {
  readonly client: unknown;
  /** Whether the client has been disposed, or is being disposed, all the same: its drain timeout has passed. */
  readonly isClosed?: boolean;
  /** Gives it back; idempotent. */
  release(): void;
}

/** A scope, as seen by the code that leases clients to it. */
export interface LeaseHolder {
  /** @throws what is wrong with the tenant, or that there is none */
  readonly tenant: Tenant;
  /** @throws what is wrong with the tenant that was named */
  readonly tenantOrNull: Tenant | null;
  readonly ended: boolean;
  /** Why its tenant is no longer served, or `null`; for work that has waited. Asks the cached catalog; an outage is no reason. */
  refusal(): MaybePromise<MultitenancyError | null>;
  /** Whether a client of this kind is leased here. */
  holds(kind: string): boolean;
  /** Holds a leased client until the scope ends. @throws `MT_CLIENT_NOT_ACQUIRED` when it has ended */
  hold(kind: string, held: HeldClient): void;
  /** Notes why there is no client of a kind: thrown where the client is used. */
  lacks(kind: string, error: unknown): void;
}

/** Leases clients to scopes. The port through which the context reaches the registries. */
export abstract class ScopeClients {
  /** `TenantApplication.id` of the application whose clients they are, and so of its scopes. */
  readonly applicationId: string | undefined;

  /**
   * Has the scope hold a client of each kind; at once where all are there. On failure nothing that it took is lost: the
   * scope gives back what it holds when it ends.
   *
   * @throws the registry's errors; `MT_OPTIONS_INVALID` for a kind that no `forFeature` declares
   */
  abstract lease(scope: LeaseHolder, kinds: readonly string[], signal?: AbortSignal): MaybePromise<void>;

  /**
   * Has the scope hold the clients that a handler needs; none when the scope has no tenant. Errors as {@link lease} for kinds
   * that it declares; for those that only injection shows, they are thrown where the client is used.
   *
   * @param controller class of the handler, or an enhancer
   * @param handler the handler; an enhancer is its own
   * @param allOrNone for messages and jobs, which are retried as a whole: what only injection shows counts as declared.
   *   Default `false`
   */
  abstract leaseFor(scope: LeaseHolder, controller: object, handler: object, allOrNone?: boolean): MaybePromise<void>;

  /**
   * Notes which clients a tenant has before work that comes to every tenant in turn.
   *
   * @returns closes those that have come since and are neither leased nor pinned; settles when they are disposed
   */
  abstract visit(tenantId: string): () => Promise<void>;
}
