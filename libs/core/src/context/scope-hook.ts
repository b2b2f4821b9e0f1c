import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { ResolverTrust } from '../tenant/resolution-outcome.js';
import type { Tenant } from '../tenant/tenant.js';

/** A scope of a tenant, as hooks see it. */
export interface HookedScope {
  readonly tenant: Tenant;
  /** How far the place can be trusted that named the tenant. */
  readonly trust: ResolverTrust;
  /** What the transport knows the work by: Node's request on HTTP; `undefined` for messages and jobs. */
  readonly carrier: object | undefined;
  /** Aborted when the scope must end. */
  readonly signal: AbortSignal;
}

/** Called once when the scope ends, in its context. A promise is not awaited; its failure is logged. */
export type ScopeExit = () => MaybePromise<unknown>;

/**
 * Code that runs when a scope of a tenant opens and when it ends, on every transport: HTTP requests, messages, socket messages,
 * jobs, `TenantContext.run`. Register it with {@link ScopeHooks.add}.
 */
export interface ScopeHook {
  /**
   * Called inside the scope, before its work: what it adds to the CLS store is there for all of it. Hooks run in their order, and
   * their exits in reverse. A hook that throws refuses the work, and the exits of the hooks before it run.
   *
   * @returns what is called at the end of the scope, or nothing
   */
  opened(scope: HookedScope): MaybePromise<ScopeExit | void>;
  /** Milliseconds after which a promise of {@link opened} refuses the work with `MT_HOOK_TIMEOUT`. Default 10,000. */
  readonly timeoutMs?: number;
}
