import { ScopeClients } from '../context/scope-clients.js';
import type { Borrower } from '../context/scope-clients.js';
import type { MaybePromise } from '../tenant/maybe-promise.js';
import type { HandlerClients } from './handler-clients.js';
import type { TenantClientKinds } from '../registry/tenant-client-kinds.js';

/** Lends clients to scopes from the registries of the application. Synchronous when every client is there. */
export class RegistryScopeClients extends ScopeClients {
  override readonly applicationId: string | undefined;
  readonly #kinds: TenantClientKinds;
  readonly #handlers: HandlerClients;

  constructor(kinds: TenantClientKinds, handlers: HandlerClients) {
    super();
    this.applicationId = kinds.applicationId;
    this.#kinds = kinds;
    this.#handlers = handlers;
  }

  override lend(scope: Borrower, kinds: readonly string[], signal?: AbortSignal): MaybePromise<void> {
    let missing: string[] | undefined;
    for (const kind of kinds) {
      if (scope.holds(kind)) continue;
      const lease = this.#kinds.get(kind).tryAcquire(scope.tenant.id);
      if (lease === undefined) (missing ??= []).push(kind);
      else scope.hold(kind, lease);
    }
    return missing === undefined ? undefined : this.#acquire(scope, missing, signal);
  }

  override lendTo(scope: Borrower, controller: object, handler: object): MaybePromise<void> {
    const kinds = this.#handlers.of(controller, handler);
    if (kinds === undefined || scope.tenantOrNull === null) return undefined;
    return this.lend(scope, kinds);
  }

  override visit(tenantId: string): () => Promise<void> {
    const absent = this.#kinds.all().filter((registry) => !registry.has(tenantId));
    return async () => {
      await Promise.all(absent.map((registry) => registry.evictUnused(tenantId)));
    };
  }

  /** Side by side; waits for all, so that nothing is still being acquired when the first failure is told. */
  async #acquire(scope: Borrower, kinds: readonly string[], signal: AbortSignal | undefined): Promise<void> {
    const options = signal === undefined ? {} : { signal };
    const { id } = scope.tenant;
    const results = await Promise.allSettled(
      kinds.map(async (kind) => scope.hold(kind, await this.#kinds.get(kind).acquire(id, options))),
    );
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  }
}
