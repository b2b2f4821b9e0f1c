import type { TenantSettings } from '@tenantry/core';
import type { LifecycleParticipants } from './lifecycle-participants.js';
import type { TenantOperation } from './tenant-operation.js';

/** Options of one change. */
export interface LifecycleCallOptions {
  /**
   * Names the request, 1 to 200 characters: the same key gives the same operation and result, also after a crash. Default: a
   * random one, and then a repeated request is another one.
   */
  readonly requestKey?: string;
  /** Refuse with `MT_TENANT_STALE` unless the record is at this generation; absent = do not check. */
  readonly expectedGeneration?: number;
}

/** Options of `create`. */
export interface CreateTenantOptions extends Pick<LifecycleCallOptions, 'requestKey'> {
  /** For the provisioners: passwords and whatever else must not be recorded. Not part of what the request key stands for. */
  readonly input?: unknown;
}

/** Options of `delete`. */
export interface DeleteTenantOptions extends LifecycleCallOptions {
  /** Milliseconds in which `undoDelete` works, 0 to 31,536,000,000 (365 days). Default 0: none. */
  readonly gracePeriodMs?: number;
}

/** What a {@link TenantLifecycle} needs around it. The module fills it in. */
export interface LifecycleSurroundings {
  /** Called on first use. Default: no participants. */
  readonly participants?: () => LifecycleParticipants;
  readonly settings?: TenantSettings<object>;
  /** Closes the clients of a tenant on this node. Default: there are none. */
  readonly releaseClients?: (tenantId: string) => Promise<unknown>;
  /** How many scopes of a tenant are open on this node: a deletion waits for them, up to `drainTimeoutMs`. Default: none. */
  readonly openScopes?: (tenantId: string) => number;
  /** Called on this node whenever an operation has written the record, or may have; for caches. Must not throw. Default: none. */
  readonly changed?: (operation: TenantOperation) => void;
}
