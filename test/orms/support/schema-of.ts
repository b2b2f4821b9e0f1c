import type { IsolatedData } from '../../isolation/support/isolated-data.js';

/** The schema of a tenant's tables, where it has one of its own. */
export function schemaOf(data: IsolatedData, tenantId: string): string | undefined {
  return data.ownerOf(tenantId).table.split('.').at(-2);
}
