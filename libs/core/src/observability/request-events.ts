import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { outsideScopes } from '../kernel/outside-scopes.js';
import type { OfApplication } from './tenant-application.js';

/** One HTTP request. The same object is published when the request begins and when it has ended. */
export interface TenantRequestEvent extends OfApplication {
  /** Node's own, as is {@link response}. */
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Id of the request's tenant; `undefined` before the resolvers have run, and where no tenant is served. */
  readonly tenantId: string | undefined;
}

/** Name of the `node:diagnostics_channel` on which a {@link TenantRequestEvent} appears before the resolvers run. */
export const TENANT_REQUEST_STARTED_CHANNEL = 'tenantry:request:started';

/** The same when the response was sent, or the connection was lost before. Once for each request that has started. */
export const TENANT_REQUEST_ENDED_CHANNEL = 'tenantry:request:ended';

const started = channel(TENANT_REQUEST_STARTED_CHANNEL);
const ended = channel(TENANT_REQUEST_ENDED_CHANNEL);

/** Whether there is a subscriber: without one, a request is not observed and pays nothing. */
export function areRequestsObserved(): boolean {
  return ended.hasSubscribers || started.hasSubscribers;
}

/** Publishes that a request begins. */
export function publishRequestStarted(event: TenantRequestEvent): void {
  started.publish(event);
}

/** Publishes that a request has ended. */
export function publishRequestEnded(event: TenantRequestEvent): void {
  outsideScopes(() => ended.publish(event));
}
