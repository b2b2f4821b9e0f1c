import { quote } from '../errors/quote.js';
import { callingEnhancer } from './calling-enhancer.js';

/** What opened a scope, where that declares its clients: a call of `TenantContext`, a decorator; `entry` = what Nest calls. */
export type ScopeOpener = 'entry' | 'run' | 'forEachTenant' | 'runAsSuperTenant' | 'InTenantScope';

/** A handler as Nest's execution context names it. */
export interface ScopeHandler {
  readonly owner: { readonly name: string };
  readonly method: { readonly name: string };
}

/** How work that is running now declares a client that its scope has not acquired: one remedy, for this place. */
export function remedyHere(kind: string, opener: ScopeOpener, handler: ScopeHandler | undefined): string {
  const name = quote(kind);
  const option = `{ clients: [${name}] }`;
  switch (opener) {
    case 'run':
      return `Pass ${option} to the tenantContext.run that runs this.`;
    case 'forEachTenant':
      return `Pass ${option} to the tenantContext.forEachTenant that runs this.`;
    case 'InTenantScope':
      return `Name it in the decorator of the method: @InTenantScope(${option}).`;
    case 'runAsSuperTenant':
      return `Await tenantContext.acquire(${name}) first.`;
    default:
      return remedyInEntry(name, handler);
  }
}

/** How work can use a client after its scope has ended. */
export function remedyAfterEnd(kind: string): string {
  const option = `{ clients: [${quote(kind)}] }`;
  return `Await the work before the end, or give it a scope of its own: @InTenantScope(${option}) on its method, or tenantContext.run(tenantId, fn, ${option}).`;
}

/** What helps when a client was disposed under work that took too long. */
export function remedyOfForcedDisposal(kind: string): string {
  return `Raise drainTimeoutMs of ${quote(kind)}, or end the work sooner.`;
}

function remedyInEntry(name: string, handler: ScopeHandler | undefined): string {
  const enhancer = callingEnhancer();
  if (enhancer !== undefined)
    return `Declare it on the ${enhancer.role}: @UseTenantClients(${name}) on the class ${enhancer.className}.`;
  if (handler === undefined) return `Await tenantContext.acquire(${name}) first.`;
  return `Declare it on the handler: @UseTenantClients(${name}) on ${handler.owner.name}.${handler.method.name}.`;
}
