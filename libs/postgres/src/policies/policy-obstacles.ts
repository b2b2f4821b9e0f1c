import { quotedIdentifier } from './quoted-identifier.js';
import { tenantCondition } from './tenant-condition.js';
import type { OtherPolicy, TableToBind } from './tables-to-bind.js';

/**
 * Why a policy of ours would not bind a table: other policies for PUBLIC let rows through beside it, and no restrictive
 * one holds them back.
 *
 * @internal
 */
export function policyObstacles({ table, others }: Pick<TableToBind, 'table' | 'others'>): string[] {
  if (others.some(holdsBack)) return [];
  return others
    .filter((policy) => policy.permissive && !isBound(policy))
    .map(({ name }) => {
      const policy = `policy ${quotedIdentifier(name)}`;
      return `${table} has the ${policy}, which is not bound to the tenant and lets rows through beside ours: run "drop ${policy} on ${table}", or bind it.`;
    });
}

function holdsBack(policy: OtherPolicy): boolean {
  return !policy.permissive && policy.command === 'ALL' && isBound(policy);
}

function isBound({ using, check, hidden }: OtherPolicy): boolean {
  if (hidden) return false;
  const conditions = [using, check].filter((condition) => condition !== null);
  return conditions.length > 0 && conditions.every((condition) => tenantCondition(condition) === 'bound');
}
