import type { ClsService, ClsStore } from 'nestjs-cls';
import type { TenantScope } from './tenant-scope.js';

const SCOPE = Symbol('tenantry.scope');

type StoreWithScope = ClsStore & { [SCOPE]?: TenantScope };

/** The scope of the running code, or `undefined` outside of any. */
export function currentScope(cls: ClsService): TenantScope | undefined {
  return cls.get<StoreWithScope | undefined>()?.[SCOPE];
}

/**
 * Runs a function in a scope. What other users of the same CLS store have put there stays visible; their later additions
 * inside stay inside.
 */
export function runInScope<R>(cls: ClsService, scope: TenantScope, fn: () => R): R {
  const outer = cls.get<StoreWithScope | undefined>();
  const store: StoreWithScope = outer === undefined ? { [SCOPE]: scope } : { ...outer, [SCOPE]: scope };
  return cls.runWith(store, fn);
}
