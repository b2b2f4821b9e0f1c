import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { PermissionGuard, REQUIRED_PERMISSIONS } from './permission.guard.js';

/**
 * Lets only principals through that hold all of these permissions: on a handler, or on a controller for all its handlers. What the
 * controller requires and what the handler requires add up. A name that the vocabulary does not have stops the start.
 *
 * The principal is `request.user`, an `IdentityPrincipal`, which authentication has put there before. Without one the answer is 403.
 */
export function RequirePermission(...permissions: [string, ...string[]]): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(REQUIRED_PERMISSIONS, permissions), UseGuards(PermissionGuard));
}
