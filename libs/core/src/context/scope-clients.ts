import type { MaybePromise } from '../tenant/maybe-promise.js';
import type { TenantScope } from './tenant-scope.js';

/** Lends clients to scopes. The port through which the context reaches the registries. */
export abstract class ScopeClients {
  /**
   * Has the scope hold a client of each kind; at once where all are there. On failure nothing that it took is lost: the
   * scope gives back what it holds when it ends.
   *
   * @throws the registry's errors; `MT_OPTIONS_INVALID` for a kind that no `forFeature` declares
   */
  abstract lend(scope: TenantScope, kinds: readonly string[], signal?: AbortSignal): MaybePromise<void>;

  /** Has the scope hold the clients that a handler needs; none when the scope has no tenant. Errors as {@link lend}. */
  abstract lendTo(scope: TenantScope, controller: object, handler: object): MaybePromise<void>;
}
