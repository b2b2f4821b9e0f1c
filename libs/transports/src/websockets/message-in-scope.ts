import type { WsMessageHandler } from '@nestjs/common';
import { publishAudit } from '@tenantry/core/spi';
import { MultitenancyError, ScopeHookFailedError } from '@tenantry/core';
import type { OpenTenantScope } from '@tenantry/core/spi';
import { isObservable } from 'rxjs';
import { socketRefusal } from './handshake-refusal.js';
import type { TenantConnection } from './tenant-connection.js';

type Handle = (...args: unknown[]) => unknown;

/** A gateway's handler whose every message runs in a scope of its own, for the tenant of its socket. */
export function messageInScope(connection: TenantConnection, handler: WsMessageHandler): WsMessageHandler {
  const handle = handler.callback as Handle;
  return {
    ...handler,
    callback: async (...args: unknown[]) => run(connection, String(handler.message), () => handle(...args)),
  };
}

/** Gives what the handler gives. A message of a tenant that is no longer served closes the socket. */
async function run(connection: TenantConnection, purpose: string, handle: () => unknown): Promise<unknown> {
  const outcome = await connection.lookUp();
  if (connection.gone) return undefined;
  const refusal = socketRefusal(outcome);
  if (refusal !== null) return refuse(connection, purpose, refusal);
  try {
    return await runIn(connection.open(outcome), connection, handle);
  } catch (error) {
    // What a handler throws, Nest answers by itself: here only a scope hook has thrown.
    return refuse(connection, purpose, error instanceof MultitenancyError ? error : new ScopeHookFailedError(error));
  }
}

/** The scope ends with the handler's value or promise, or with its stream. */
async function runIn(scope: OpenTenantScope, connection: TenantConnection, handle: () => unknown): Promise<unknown> {
  let streams = false;
  try {
    const result = await scope.runToEnd(handle);
    streams = isObservable(result);
    return isObservable(result) ? connection.stream(scope, result) : result;
  } finally {
    if (!streams) scope.end();
  }
}

function refuse(connection: TenantConnection, purpose: string, error: MultitenancyError): undefined {
  const { tenantId, applicationId } = connection;
  publishAudit({ type: 'messageRefused', transport: 'ws', purpose, code: error.code, tenantId }, applicationId);
  connection.refuse(error);
  return undefined;
}
