import { Injectable, UnauthorizedException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { InMemoryTenantCatalog } from '@tenantry/core';

/** What the guide takes for granted: the application's own users, key and guard. */
export interface User {
  readonly id: string;
  readonly tenantId: string;
}

export const catalog = new InMemoryTenantCatalog(['foo', 'bar'].map((id) => ({ id, domain: `${id}.com` })));
export const key = new TextEncoder().encode('a secret of thirty-two characters');

/** Signs in who names a user: `ann@foo` is a user of foo. */
@Injectable()
export class AuthGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined>; user?: User }>();
    const [id, tenantId] = (request.headers['x-user'] ?? '').split('@');
    if (id === undefined || tenantId === undefined) throw new UnauthorizedException();
    request.user = { id, tenantId };
    return true;
  }
}
