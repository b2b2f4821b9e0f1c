import type { IncomingMessage } from 'node:http';
import type { ClsService, ClsStore } from 'nestjs-cls';
import { rawOf } from './responses/http-response-end.js';
import { scopeIn } from '../context/scope-store.js';
import type { TenantScope } from '../context/tenant-scope.js';

/** What is stored of a request: its scope, and the newest store of the async context that it has run in. */
export interface RequestScope {
  readonly scope: TenantScope;
  store: ClsStore;
}

type Raw = IncomingMessage & Record<symbol, RequestScope | undefined>;

/**
 * The scopes of one application's requests, by Node's request object. The async context may be another request's when a
 * middleware, a hook or a session store calls back from a shared connection or a queue: what the library calls for a
 * request enters the scope of that request again.
 */
export class RequestScopes {
  /** Another one for each application: one may stand inside another. */
  readonly #key = Symbol('tenantry.request-scope');
  readonly #cls: ClsService;

  constructor(cls: ClsService) {
    this.#cls = cls;
  }

  /** Stores the scope of a request. */
  add(raw: IncomingMessage, scope: RequestScope): void {
    (raw as Raw)[this.#key] = scope;
  }

  /**
   * Whether the running code is in the scope of this request already, or neither has one. The store that it is found in is
   * stored: it has what other users of the store have added on the way.
   */
  isCurrent(request: object): boolean {
    const store = this.#cls.get<ClsStore | undefined>();
    const own = this.#of(request);
    if (own?.scope !== scopeIn(store)) return false;
    if (own !== undefined && own.store !== store && store !== undefined) own.store = store;
    return true;
  }

  /** Runs a function in the scope of a request; outside of any where the request has none. */
  enter<R>(request: object, fn: () => R): R {
    const own = this.#of(request);
    return own === undefined ? this.#cls.exit(fn) : this.#cls.runWith(own.store, fn);
  }

  #of(request: object): RequestScope | undefined {
    return (request as Partial<Raw>)[this.#key] ?? rawOf<Partial<Raw>>(request)[this.#key];
  }
}
