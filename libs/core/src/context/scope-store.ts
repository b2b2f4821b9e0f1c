import type { ClsService, ClsStore } from 'nestjs-cls';
import { areScopesObserved, publishScopeEntered } from '../observability/scope-events.js';
import type { ScopeClients } from './scope-clients.js';
import type { TenantScope } from './tenant-scope.js';

const SCOPE = Symbol('tenantry.scope');

type StoreWithScope = ClsStore & { [SCOPE]?: TenantScope };

/** The scope of the running code, or `undefined` outside of any. */
export function currentScope(cls: ClsService): TenantScope | undefined {
  return scopeIn(cls.get<ClsStore | undefined>());
}

/** The scope of the running code in one application, which its clients stand for. Scopes of others in the process are passed over. */
export function scopeOf(cls: ClsService, clients: ScopeClients): TenantScope | undefined {
  let scope = currentScope(cls);
  while (scope !== undefined && scope.clients !== clients) scope = scope.foreign;
  return scope;
}

/**
 * A store with a scope in it. What other users of the same CLS store have put into the running one stays visible, except from one
 * tenant, or one application, to another: then only text, numbers and the like do. Objects (proxy providers, transactions, units
 * of work) were made for the outer tenant.
 */
function storeWith(cls: ClsService, scope: TenantScope): ClsStore {
  const outer = cls.get<StoreWithScope | undefined>();
  const enclosing = outer?.[SCOPE];
  if (outer === undefined) return { [SCOPE]: scope };
  if (enclosing === undefined) return { ...outer, [SCOPE]: scope };
  scope.foreign = enclosing.clients === scope.clients ? enclosing.foreign : enclosing;
  return { ...(enclosing.sharesStateWith(scope) ? outer : valuesOf(outer)), [SCOPE]: scope };
}

function valuesOf(store: ClsStore): ClsStore {
  const keys = Reflect.ownKeys(store).filter((key) => isValue(Reflect.get(store, key)));
  return Object.fromEntries(keys.map((key) => [key, Reflect.get(store, key) as unknown]));
}

function isValue(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function');
}

/**
 * The store of a request, at its head. Only an application around this one, which has opened a scope for the same request,
 * hands its values on: a hook before ours may have called back in the context of another request.
 */
export function storeOfRequest(cls: ClsService, scope: TenantScope): ClsStore {
  const outer = currentScope(cls);
  return outer === undefined || outer.carrier === scope.carrier ? storeWith(cls, scope) : { [SCOPE]: scope };
}

/** The scope of a store. */
export function scopeIn(store: ClsStore | undefined): TenantScope | undefined {
  return (store as StoreWithScope | undefined)?.[SCOPE];
}

/** Runs a function in a scope, with {@link storeWith}: what is added to the store inside stays inside. */
export function runInScope<R>(cls: ClsService, scope: TenantScope, fn: () => R): R {
  return enter(cls, storeWith(cls, scope), scope, fn);
}

/** Runs a function in a store that holds the scope. */
export function enter<R>(cls: ClsService, store: ClsStore, scope: TenantScope, fn: () => R): R {
  if (!areScopesObserved()) return cls.runWith(store, fn);
  return cls.runWith(store, () => {
    publishEntered(scope);
    return fn();
  });
}

/** Publishes that code runs for the scope's tenant; nothing where it has none. */
export function publishEntered({ outcome, clients }: TenantScope): void {
  if (outcome.kind !== 'resolved') return;
  publishScopeEntered({ tenantId: outcome.tenant.id, applicationId: clients.applicationId });
}

/**
 * Runs work in a scope, and awaits its result there too: a lazy thenable, as query builders are, starts in the scope.
 * Every callback of `run` and its relatives goes through here.
 */
export function runToEnd<R>(cls: ClsService, scope: TenantScope, fn: () => R | PromiseLike<R>): Promise<Awaited<R>> {
  // An `await` inside: what an async function returns is resolved in the context of its call.
  return runInScope(cls, scope, async (): Promise<Awaited<R>> => {
    const begun = scope.begin();
    if (begun !== undefined) await begun;
    return await fn();
  });
}
