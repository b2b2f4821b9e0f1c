import type { Tenant } from '@tenantry/core';
import type { MaybePromise } from '@tenantry/core/spi';
import type { TenantVetoError } from './lifecycle.errors.js';
import type { TenantOperationKind } from './tenant-operation.js';

/** A change of a tenant: about to happen, or done. */
export interface TenantChangeEvent {
  /** Id of the operation; after-listeners may be called more than once for one operation, and recognize it by this. */
  readonly operationId: string;
  readonly kind: TenantOperationKind;
  /** The record before; `null` = the tenant is new. */
  readonly before: Tenant | null;
  /** The record after; of a deletion, with the status `deleting`. */
  readonly tenant: Tenant;
}

/** What a before-listener answers: nothing, or a veto. It may throw the veto as well. */
export type TenantVeto = MaybePromise<TenantVetoError | undefined | void>;

/**
 * What a `@TenantListener` may implement. `before` methods run in the caller's context before anything is written, in order,
 * and can veto with `TenantVetoError`; any other error refuses the change too. `after` methods run later, outside of any
 * context, at least once each, and are repeated when they fail.
 */
export interface TenantLifecycleListener {
  /** Before a change of any kind; `event.kind` says which. Called before the method of that kind. */
  before?(event: TenantChangeEvent): TenantVeto;
  /** After a change of any kind. Called before the method of that kind; both are repeated when one of them fails. */
  after?(event: TenantChangeEvent): unknown;
  beforeCreate?(event: TenantChangeEvent): TenantVeto;
  afterCreate?(event: TenantChangeEvent): unknown;
  beforeActivate?(event: TenantChangeEvent): TenantVeto;
  afterActivate?(event: TenantChangeEvent): unknown;
  beforeSuspend?(event: TenantChangeEvent): TenantVeto;
  afterSuspend?(event: TenantChangeEvent): unknown;
  beforeRename?(event: TenantChangeEvent): TenantVeto;
  afterRename?(event: TenantChangeEvent): unknown;
  beforeUpdate?(event: TenantChangeEvent): TenantVeto;
  afterUpdate?(event: TenantChangeEvent): unknown;
  beforeDelete?(event: TenantChangeEvent): TenantVeto;
  afterDelete?(event: TenantChangeEvent): unknown;
  /** The tenant's first client on this node is ready. */
  loaded?(tenantId: string): unknown;
  /** The tenant's last client on this node was detached. */
  unloaded?(tenantId: string): unknown;
}

type Time = 'before' | 'after';
type ChangeMethod = Exclude<keyof TenantLifecycleListener, 'loaded' | 'unloaded'>;

const KINDS = {
  create: 'Create',
  activate: 'Activate',
  suspend: 'Suspend',
  rename: 'Rename',
  update: 'Update',
  delete: 'Delete',
} as const satisfies Readonly<Record<TenantOperationKind, string>>;

/** Names of all methods. */
export const LISTENER_METHODS: readonly string[] = [
  'before',
  'after',
  ...Object.values(KINDS).flatMap((kind) => [`before${kind}`, `after${kind}`]),
  'loaded',
  'unloaded',
];

/** The methods that are called for a kind of change, in order, before or after it. */
export function listenerMethods(time: Time, kind: TenantOperationKind): readonly ChangeMethod[] {
  return [time, `${time}${KINDS[kind]}`];
}
