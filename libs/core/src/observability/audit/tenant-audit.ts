import { channel } from 'node:diagnostics_channel';
import { outsideScopes } from '../../kernel/outside-scopes.js';
import type { ErrorCode } from '../../errors/error-codes.js';
import type { OfApplication } from '../tenant-application.js';
import type { ResolutionTrace } from '../../tenant/resolution-outcome.js';

/** Name of the `node:diagnostics_channel` that carries every {@link PublishedAuditEvent}. */
export const TENANT_AUDIT_CHANNEL = 'tenantry:audit';

/**
 * Events for an operator. Hold no token, body or other secret.
 *
 * - `conflict`: one request named two tenants
 * - `forbidden`: a principal was refused at a tenant, or at a route of the super tenant
 * - `superTenantAction`: a route of the super tenant was entered, or `runAsSuperTenant` was called
 * - `messageRefused`: a message or job was not run, because of its envelope or its tenant
 * - `balancerMismatch`: the load balancer read another tenant in a request than the application
 * - `identity`: an account, role or session was changed, or a log-in failed
 */
export type TenantAuditEvent =
  | {
      readonly type: 'conflict';
      /** `http` or `ws`. */
      readonly transport: string;
      readonly trace: ResolutionTrace;
      readonly remoteAddress: string | undefined;
    }
  | {
      readonly type: 'forbidden';
      readonly transport: string;
      /** `Controller.method`. */
      readonly handler: string;
      /** The tenant that the principal addressed, where there is one. */
      readonly tenantId: string | undefined;
    }
  | {
      readonly type: 'superTenantAction';
      readonly transport: string;
      /** `Controller.method`; for `runAsSuperTenant`, that. */
      readonly handler: string;
    }
  | {
      readonly type: 'messageRefused';
      readonly transport: string;
      /** The pattern, queue or event that the message was for. */
      readonly purpose: string;
      readonly code: ErrorCode;
      /** The tenant that the message names, where that can be read. */
      readonly tenantId: string | undefined;
    }
  | {
      readonly type: 'balancerMismatch';
      /** What the balancer says it read, as it came; `null` = nothing. */
      readonly balancer: string | null;
      /** The canonical identifier that the application read in the same places; `null` = none. */
      readonly application: string | null;
      readonly remoteAddress: string | undefined;
    }
  | {
      readonly type: 'identity';
      /** Such as `login.failed`, `account.added`, `account.roles`. */
      readonly action: string;
      readonly tenantId: string;
      /** Account that it happened to. */
      readonly accountId: string | undefined;
      /** Account that did it; `undefined` = the application, or an unknown person. */
      readonly actorId: string | undefined;
    };

/** An audit event as it appears on the channel. */
export type PublishedAuditEvent = TenantAuditEvent & OfApplication;

const auditChannel = channel(TENANT_AUDIT_CHANNEL);

/**
 * Notifies the channel's subscribers, outside of every scope. What a subscriber throws does not come back here: Node reports it
 * as uncaught.
 *
 * @param applicationId `TenantApplication.id` of the application that it happened in
 */
export function publishAudit(event: TenantAuditEvent, applicationId: string | undefined): void {
  if (!auditChannel.hasSubscribers) return;
  const published: PublishedAuditEvent = { ...event, applicationId };
  outsideScopes(() => auditChannel.publish(published));
}
