import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { IdentityPrincipal } from '@tenantry/identity';

/** Gives a handler the `IdentityPrincipal` of its request. Only on routes that are not public. */
export const CurrentPrincipal = createParamDecorator((_data: unknown, context: ExecutionContext): IdentityPrincipal => {
  const { user } = context.switchToHttp().getRequest<{ user?: IdentityPrincipal }>();
  if (!user) throw new Error('This route is public and has no principal. Remove @Public() or @CurrentPrincipal().');
  return user;
});
