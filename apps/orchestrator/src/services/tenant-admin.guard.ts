import { ForbiddenException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Principal } from '../auth/principal.js';

/** Lets in the administrators of a tenant; who is a member of it, other guards have checked. */
export class TenantAdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { user } = context.switchToHttp().getRequest<{ readonly user?: Principal }>();
    if (user?.roles.includes('admin') === true) return true;
    throw new ForbiddenException();
  }
}
