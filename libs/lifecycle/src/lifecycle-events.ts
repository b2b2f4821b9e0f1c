import { channel } from 'node:diagnostics_channel';
import { outsideScopes } from '@tenantry/core/spi';
import type { TenantOperation } from './tenant-operation.js';

/** Name of the `node:diagnostics_channel` that carries every {@link TenantLifecycleEvent}. */
export const TENANT_LIFECYCLE_CHANNEL = 'tenantry:tenant:operation';

/**
 * What an operator needs to know of operations on this node.
 *
 * - `attemptFailed`: a provisioner or listener failed; `part` names it, and `cause` is what it threw
 * - `ended`: the operation is done, or failed
 * - `interrupted`: this node cannot continue (the store is not reachable, or another node has taken over)
 */
export type TenantLifecycleEvent =
  | {
      readonly type: 'attemptFailed';
      readonly operation: TenantOperation;
      /** Such as `provision:users`. */
      readonly part: string;
      /** May hold secrets of what was called: look before it is shown. */
      readonly cause: unknown;
    }
  | { readonly type: 'ended'; readonly operation: TenantOperation }
  | { readonly type: 'interrupted'; readonly operationId: string | undefined; readonly cause: unknown };

const lifecycleChannel = channel(TENANT_LIFECYCLE_CHANNEL);

/** Where events are reported, and the application that they name on the channel. */
export interface LifecycleReporting {
  readonly report: (event: TenantLifecycleEvent) => void;
  readonly applicationId: string | undefined;
}

/** Notifies the application, then the channel's subscribers, outside of every scope. */
export function publishLifecycle(event: TenantLifecycleEvent, { report, applicationId }: LifecycleReporting): void {
  outsideScopes(() => {
    report(event);
    if (lifecycleChannel.hasSubscribers) lifecycleChannel.publish({ ...event, applicationId });
  });
}
