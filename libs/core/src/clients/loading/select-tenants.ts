import type { TenantDirectory } from '../../catalog/tenant-directory.js';
import type { Tenant } from '../../tenant/tenant.js';
import type { TenantSelection } from './tenant-selection.js';

const PAGE = 1_000;

/**
 * The ids of the active tenants that a selection means.
 *
 * @param onUnknown called with each name that no tenant has
 * @throws `MT_CATALOG_UNAVAILABLE`
 */
export async function selectTenants(
  directory: TenantDirectory,
  selection: TenantSelection,
  onUnknown: (name: string) => void,
): Promise<string[]> {
  const names = selection.kind === 'only' ? selection.included : selection.excluded;
  const named: Tenant[] = [];
  for (const name of names) {
    const tenant = await directory.find(name);
    if (tenant === null) onUnknown(name);
    else named.push(tenant);
  }
  if (selection.kind === 'only') return named.filter(({ status }) => status === 'active').map(({ id }) => id);
  const excluded = new Set(named.map(({ id }) => id));
  return (await activeIds(directory)).filter((id) => !excluded.has(id));
}

async function activeIds(directory: TenantDirectory): Promise<Tenant['id'][]> {
  const ids: Tenant['id'][] = [];
  let after: string | null | undefined;
  while (after !== null) {
    const page = await directory.list({
      limit: PAGE,
      filter: { status: 'active' },
      ...(after === undefined ? {} : { after }),
    });
    ids.push(...page.items.map(({ id }) => id));
    after = page.next;
  }
  return ids;
}
