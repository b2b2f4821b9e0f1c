import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { AuthenticatedRequest } from '../oauth/bearer.guard.js';

/** The account whose token the request carries. Only behind `BearerGuard`. */
export const Account = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { account } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (account === undefined) throw new Error('The request was not authenticated. Put BearerGuard before this handler.');
  return account;
});
