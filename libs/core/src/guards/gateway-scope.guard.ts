import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ClsServiceManager } from 'nestjs-cls';
import { currentScope } from '../context/scope-store.js';
import { TenantContextMissingError } from '../errors/usage.errors.js';
import { TenantGuard } from './tenant.guard.js';

const GUARDS = '__guards__';
const IS_GATEWAY = 'websockets:is_gateway';

/** Does for a gateway's messages what the global guard does: Nest 11 gives its global guards to no gateway. */
const gatewayScopeGuard: CanActivate = {
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (context.getType() !== 'ws') return true;
    const cls = ClsServiceManager.getClsService();
    if (currentScope(cls) === undefined)
      throw new TenantContextMissingError('the gateway was set up without useTenantSockets()');
    return new TenantGuard(cls).canActivate(context);
  },
};

/** Puts the guard before the guards that a gateway has of its own; on other classes does nothing. Idempotent. */
export function guardGateway(entry: object): void {
  if (!Reflect.hasMetadata(IS_GATEWAY, entry)) return;
  const own = (Reflect.getMetadata(GUARDS, entry) as unknown[] | undefined) ?? [];
  if (own.includes(gatewayScopeGuard)) return;
  Reflect.defineMetadata(GUARDS, [gatewayScopeGuard, ...own], entry);
}
