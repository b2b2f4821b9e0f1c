export { writtenTenant } from './catalog-write.js';
export type { CatalogWrite } from './catalog-write.js';
export {
  assertSameRequest,
  begunOperation,
  isExclusive,
  patchedOperation,
  releasesClaim,
  resumedState,
  undoWrite,
} from './operation-rules.js';
export type {
  ClaimedOperation,
  NewOperation,
  OperationClaim,
  OperationPatch,
  TenantLifecycleStore,
} from './tenant-lifecycle-store.js';
