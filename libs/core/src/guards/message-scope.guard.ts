import { Logger, UseGuards } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ClsServiceManager } from 'nestjs-cls';
import { currentScope } from '../context/scope-store.js';
import { TenantContextMissingError } from '../errors/usage.errors.js';
import { TenantPolicies } from './tenant-policy.js';

const GUARDED = 'tenantry:needs-message-scope';
const PATTERN = 'microservices:pattern';
const logger = new Logger('Multitenancy');
const policies = new TenantPolicies();

/**
 * Refuses messages that came in past the library. A hybrid application does not give its global guards to a microservice
 * that was connected without `inheritAppConfig`; a guard on the handler itself is never left out.
 */
const messageScopeGuard: CanActivate = {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'rpc' || policies.of(context) === 'optional') return true;
    if (currentScope(ClsServiceManager.getClsService()) !== undefined) return true;
    const error = new TenantContextMissingError('the microservice was connected without useTenantMessages()');
    // The filters of the application may be missing here too, and Nest logs no HttpException by itself.
    logger.error(error);
    throw error;
  },
};

/** Puts the guard on a handler of messages; on others does nothing. Once, however often it is asked. */
export function needMessageScope(handler: object): void {
  if (!Reflect.hasMetadata(PATTERN, handler) || Reflect.hasOwnMetadata(GUARDED, handler)) return;
  Reflect.defineMetadata(GUARDED, true, handler);
  (UseGuards(messageScopeGuard) as ClassDecorator)(handler as () => void);
}
