import type { ExecutionContext } from '@nestjs/common';

/** Transport and handler that a guard is about, for audit events. */
export function entryOf(context: ExecutionContext): { transport: string; handler: string } {
  return { transport: context.getType(), handler: `${context.getClass().name}.${context.getHandler().name}` };
}

/** The principal, as the application's authentication left it; `undefined` = none, or a transport without principals. */
export function principalOf(context: ExecutionContext): unknown {
  switch (context.getType<string>()) {
    case 'http':
      return userOf(context.switchToHttp().getRequest());
    case 'graphql':
      return userOf(member(context.getArgByIndex(2), 'req')) ?? userOf(member(context.getArgByIndex(2), 'request'));
    case 'ws':
      return userOf(member(context.switchToWs().getClient(), 'data')) ?? userOf(context.switchToWs().getClient());
    default:
      return undefined;
  }
}

function userOf(carrier: unknown): unknown {
  return member(carrier, 'user');
}

function member(carrier: unknown, name: string): unknown {
  return typeof carrier === 'object' && carrier !== null ? Reflect.get(carrier, name) : undefined;
}
