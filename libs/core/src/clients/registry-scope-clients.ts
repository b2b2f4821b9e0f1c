import { ScopeClients } from '../context/scope-clients.js';
import type { LeaseHolder, HeldClient } from '../context/scope-clients.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { ClientNeeds, HandlerClients } from './reach/handler-clients.js';
import type { TenantClientRegistries } from './tenant-client-registries.js';
import type { TenantClientRegistry } from '../registry/tenant-client-registry.js';
import type { ClientDeclarations } from './reach/client-declarations.js';

/**
 * Leases clients to scopes from the registries of the application. Synchronous when every client is there. Reports a tenant whose
 * record is newer than the one that its client was made from.
 */
export class RegistryScopeClients extends ScopeClients {
  override readonly applicationId: string | undefined;
  readonly #kinds: TenantClientRegistries;
  readonly #handlers: HandlerClients;

  readonly #declarations: ClientDeclarations;

  constructor(kinds: TenantClientRegistries, handlers: HandlerClients, declarations: ClientDeclarations) {
    super();
    this.applicationId = kinds.applicationId;
    this.#kinds = kinds;
    this.#handlers = handlers;
    this.#declarations = declarations;
  }

  override lease(scope: LeaseHolder, kinds: readonly string[], signal?: AbortSignal): MaybePromise<void> {
    const missing = this.#takeReady(scope, kinds);
    return missing === undefined ? undefined : this.#acquire(scope, { declared: missing, reached: [] }, signal);
  }

  override leaseFor(scope: LeaseHolder, controller: object, handler: object, allOrNone = false): MaybePromise<void> {
    const needs = this.#handlers.of(controller, handler);
    if (needs === undefined || scope.tenantOrNull === null) return undefined;
    if (allOrNone) return this.lease(scope, [...needs.declared, ...needs.reached]);
    const declared = this.#takeReady(scope, needs.declared);
    const reached = this.#takeReady(scope, needs.reached);
    if (declared === undefined && reached === undefined) return undefined;
    return this.#acquire(scope, { declared: declared ?? [], reached: reached ?? [] });
  }

  override visit(tenantId: string): () => Promise<void> {
    const absent = this.#kinds.all().filter((registry) => !registry.has(tenantId));
    return async () => {
      await Promise.all(absent.map((registry) => registry.evictUnused(tenantId)));
    };
  }

  /** Takes what is there now. @returns the other kinds; `undefined` = none */
  #takeReady(scope: LeaseHolder, kinds: readonly string[]): string[] | undefined {
    let missing: string[] | undefined;
    for (const kind of kinds) {
      if (scope.holds(kind) || this.#declarations.isOverridden(kind)) continue;
      const lease = this.#registryOf(kind)?.tryAcquire(scope.tenant.id);
      if (lease === undefined) (missing ??= []).push(kind);
      else this.#hold(scope, kind, lease);
    }
    return missing;
  }

  #hold(scope: LeaseHolder, kind: string, lease: HeldClient): void {
    scope.hold(kind, lease);
    this.#kinds.origins.compare(lease.client, scope.tenant);
  }

  /** A registry; `undefined` = the application is starting and has not made it yet. @throws `MT_OPTIONS_INVALID` */
  #registryOf(kind: string): TenantClientRegistry<unknown> | undefined {
    return this.#kinds.find(kind) ?? (this.#declarations.has(kind) ? undefined : this.#kinds.get(kind));
  }

  /**
   * In parallel; waits for all, so that nothing is still being acquired when the first failure is thrown. A tenant that is no longer
   * served by then comes before what failed.
   */
  async #acquire(scope: LeaseHolder, { declared, reached }: ClientNeeds, signal?: AbortSignal): Promise<void> {
    const options = signal === undefined ? {} : { signal };
    const { id } = scope.tenant;
    const acquire = async (kind: string): Promise<void> =>
      scope.hold(kind, await (await this.#kinds.arrivalOf(kind)).acquire(id, options));
    const unlessLacking = (kind: string): Promise<void> =>
      acquire(kind).catch((error: unknown) => {
        // Nothing more is run for work that is over.
        if (scope.ended) throw error;
        scope.lacks(kind, error);
      });
    const pending = reached.map(unlessLacking);
    const results = await Promise.allSettled([...declared.map(acquire), ...pending]);
    const refusal = await scope.refusal();
    if (refusal !== null) throw refusal;
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  }
}
