import { UseGuards } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ClsServiceManager } from 'nestjs-cls';
import { currentScope } from '../../context/scope-store.js';

const GUARDED = 'tenantry:acquires-clients';

/**
 * Acquires what a handler needs. It runs after all other guards of the handler, so that a request which they refuse
 * does not make the server build clients. Has no state: two applications may share a controller class, also one without this
 * library. Without a scope there is nothing to lease; using a client then throws.
 */
const tenantClientsGuard: CanActivate = {
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const scope = currentScope(ClsServiceManager.getClsService());
    if (scope === undefined) return true;
    const pending = scope.clients.leaseFor(
      scope,
      context.getClass(),
      context.getHandler(),
      context.getType() === 'rpc',
    );
    return pending instanceof Promise ? pending.then(() => true) : true;
  },
};

/** Puts the guard behind the guards of a handler; once, however often it is asked. */
export function acquireClientsBefore(handler: object): void {
  if (Reflect.hasOwnMetadata(GUARDED, handler)) return;
  Reflect.defineMetadata(GUARDED, true, handler);
  (UseGuards(tenantClientsGuard) as ClassDecorator)(handler as () => void);
}
