import { channel } from 'node:diagnostics_channel';
import type { ErrorCode } from '../errors/error-codes.js';
import { outsideScopes } from '../kernel/outside-scopes.js';
import type { OfApplication } from './tenant-application.js';

/** Code starts to run for a tenant: a request, a message, a job. */
export interface TenantScopeEvent extends OfApplication {
  readonly tenantId: string;
}

/** Work was refused because of its tenant. Once for each request or message. */
export interface TenantRefusalEvent extends OfApplication {
  /** `http`, `rpc`, `ws`, `graphql`, `bullmq`, … */
  readonly transport: string;
  readonly code: ErrorCode;
}

/**
 * Name of the `node:diagnostics_channel` that carries every {@link TenantScopeEvent}: synchronously, in the async context of
 * the work, each time that its scope is entered, and again where the body of a request has named the tenant.
 */
export const TENANT_SCOPE_CHANNEL = 'tenantry:scope:entered';

/** Name of the `node:diagnostics_channel` that carries every {@link TenantRefusalEvent}. */
export const TENANT_REFUSAL_CHANNEL = 'tenantry:resolution:refused';

const entered = channel(TENANT_SCOPE_CHANNEL);
const refused = channel(TENANT_REFUSAL_CHANNEL);

/** Whether there is a subscriber to scopes. */
export function areScopesObserved(): boolean {
  return entered.hasSubscribers;
}

/** Publishes that code runs for a tenant. */
export function publishScopeEntered(event: TenantScopeEvent): void {
  entered.publish(event);
}

/** Publishes where there is a subscriber. */
export function publishRefusal(event: TenantRefusalEvent): void {
  if (refused.hasSubscribers) outsideScopes(() => refused.publish(event));
}
