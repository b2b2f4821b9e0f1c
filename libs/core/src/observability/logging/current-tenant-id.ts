import { ClsServiceManager } from 'nestjs-cls';
import { currentScope } from '../../context/scope-store.js';

/** Id of the running code's tenant; `undefined` where there is none that can be used. Never throws, and needs no injection. */
export function currentTenantId(): string | undefined {
  const outcome = currentScope(ClsServiceManager.getClsService())?.outcome;
  return outcome?.kind === 'resolved' ? outcome.tenant.id : undefined;
}
