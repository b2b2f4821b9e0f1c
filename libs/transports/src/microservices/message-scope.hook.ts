import type { ExecutionContext } from '@nestjs/common';
import { MultitenancyError } from '@tenantry/core';
import type { ReceivedMessage, TenantMessages } from '@tenantry/core';
import type { TenantEntryPoints } from '@tenantry/core/spi';
import { defer, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { catchError, mergeMap } from 'rxjs/operators';
import { inScope } from './in-scope.js';
import { isAdmitted, receiveOnce } from './message-progress.js';
import { purposeOfMessage } from './message-purpose.js';
import type { MessageHook } from './pre-request-hook.js';
import { reportRefused } from './refused-message.js';
import type { OnRefused, RefusedMessage } from './refused-message.js';

/** What the hook works with. */
export interface MessageScopeParts {
  readonly messages: TenantMessages;
  readonly entryPoints: TenantEntryPoints;
  readonly onRefused: OnRefused;
}

const HANDLER_TYPE = 'microservices:handler_type';
const EVENT_HANDLER = 2;

/** Takes each message out of its envelope and runs its handler, guards and all, in the scope of its tenant. */
export function messageScopeHook({ messages, entryPoints, onRefused }: MessageScopeParts): MessageHook {
  return (context, next) => {
    const args = context.getArgs<unknown[]>();
    // Microservices that inherit one configuration share their hooks.
    if (!receiveOnce(args)) return next();
    const incoming = incomingOf(context);
    const enforced = async (): Promise<unknown> => entryPoints.guard?.canActivate(context);
    const handle = ({ scope, data }: ReceivedMessage): Observable<unknown> => {
      // The very array that guards, pipes and the handler read.
      args[0] = data;
      return inScope(scope, () => defer(enforced).pipe(mergeMap(next)));
    };
    return defer(() => messages.receive(incoming.message, { transport: 'rpc', purpose: incoming.purpose })).pipe(
      mergeMap(handle),
      catchError((error: unknown) => {
        const failed = throwError(() => error);
        if (!(error instanceof MultitenancyError) || isAdmitted(args)) return failed;
        return defer(() => reportRefused(onRefused, { ...incoming, error })).pipe(mergeMap(() => failed));
      }),
    );
  };
}

function incomingOf(context: ExecutionContext): Omit<RefusedMessage, 'error'> {
  const [message, rpcContext] = context.getArgs<unknown[]>();
  const handler = context.getHandler();
  const isEvent = Reflect.getMetadata(HANDLER_TYPE, handler) === EVENT_HANDLER;
  return {
    message,
    context: rpcContext,
    purpose: purposeOfMessage(rpcContext, handler),
    kind: isEvent ? 'event' : 'request',
  };
}
