import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ScopeExit } from '../context/scope-hook.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { ResolutionOutcome } from '../tenant/resolution-outcome.js';
import type { Tenant } from '../tenant/tenant.js';

/** A request that has its scope, and of which nothing but the head is read. */
export interface TenantEntry {
  /** Node's own. */
  readonly request: IncomingMessage;
  /** Node's own: a step may set its status and headers until the head is sent. */
  readonly response: ServerResponse;
  /** What is known of the tenant; the guard enforces it later. */
  readonly outcome: ResolutionOutcome;
  /** The tenant, where one is named that is served. */
  readonly tenant: Tenant | null;
  /** Aborted when the client has gone, and when the scope must end. */
  readonly signal: AbortSignal;
}

/**
 * Code that runs for every HTTP request between the opened scope and everything else: scope hooks, middleware, bodies, guards.
 * Register it with {@link EntrySteps.add}.
 */
export interface EntryStep {
  /**
   * Called inside the scope, in the order of the steps. It may wait. What it throws is answered by the exception filters, and
   * nothing else runs for the request; the steps before it are undone.
   *
   * @returns what is called once when the response has closed, or nothing. It runs in any context
   */
  enter(entry: TenantEntry): MaybePromise<ScopeExit | void>;
  /** Milliseconds after which a promise of {@link enter} refuses the request with `MT_HOOK_TIMEOUT`. Default 60,000. */
  readonly timeoutMs?: number;
}
