import { Injectable, SetMetadata, UnauthorizedException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Mistake } from './project-store.js';

const OPEN = 'public route';

/** For routes that need no authentication. */
export const Open = (): ClassDecorator & MethodDecorator => SetMetadata(OPEN, true);

/** Stands for authentication: `Bearer foo` is a user of foo. */
@Injectable()
export class SignedInGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly mistake: Mistake,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.reflector.getAllAndOverride<boolean>(OPEN, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<{
      method: string;
      headers: Record<string, string | undefined>;
      params: { domain?: string };
      user?: object;
    }>();
    const tenant = /^Bearer (\w+)$/.exec(request.headers['authorization'] ?? '')?.[1];
    const isWrite = request.method !== 'GET';
    const unchecked =
      this.mistake.is('no authentication') || (isWrite && this.mistake.is('no authentication for writes'));
    if (tenant === undefined && unchecked) request.user = { tenant: request.params.domain };
    else if (tenant === undefined) throw new UnauthorizedException();
    else request.user = { tenant };
    return true;
  }
}
