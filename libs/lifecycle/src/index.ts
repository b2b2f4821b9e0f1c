export { LIFECYCLE_ERROR_CODES, LifecycleError } from './lifecycle.error.js';
export {
  OperationNotResumableError,
  OperationTakenOverError,
  OperationUnknownError,
  RequestKeyReusedError,
  TenantInputNeededError,
  TenantOperationFailedError,
  TenantOperationRunningError,
  TenantParticipantTimeoutError,
  TenantUndoRefusedError,
  TenantVetoError,
} from './lifecycle.errors.js';
export type { TenantLifecycleChanges } from './catalog-write.js';
export { InMemoryTenantLifecycleStore } from './in-memory-tenant-lifecycle-store.js';
export type {
  CreateTenantOptions,
  DeleteTenantOptions,
  LifecycleCallOptions,
  LifecycleSurroundings,
} from './lifecycle-calls.js';
export { Provisioner, TenantListener } from './lifecycle.decorators.js';
export type { LifecycleDecoratorOptions } from './lifecycle.decorators.js';
export { TENANT_LIFECYCLE_CHANNEL } from './lifecycle-events.js';
export type { TenantLifecycleEvent } from './lifecycle-events.js';
export type { TenantLifecycleLimits, TenantLifecycleOptions } from './lifecycle-options.js';
export { LifecycleParticipants } from './lifecycle-participants.js';
export type { Participant } from './lifecycle-participants.js';
export { TenantLifecycle } from './tenant-lifecycle.js';
export type { TenantChangeEvent, TenantLifecycleListener, TenantVeto } from './tenant-lifecycle-listener.js';
export { TenantLifecycleModule } from './tenant-lifecycle.module.js';
export type { TenantLifecycleAsyncOptions } from './tenant-lifecycle.module.js';
export type {
  TenantOperation,
  TenantOperationFault,
  TenantOperationKind,
  TenantOperationState,
  TenantOperationStep,
} from './tenant-operation.js';
export type { ProvisioningContext, TenantProvisioner } from './tenant-provisioner.js';
