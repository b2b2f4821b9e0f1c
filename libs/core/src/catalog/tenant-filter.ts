import { ArgumentInvalidError } from '../errors/usage.errors.js';
import type { TenantFilter } from './tenant-catalog.js';
import { TENANT_STATUSES } from '../tenant/tenant.js';

const CONDITIONS = ['status', 'plan', 'domain'];
const DOMAIN_CONDITIONS = ['equals', 'startsWith', 'endsWith', 'contains'];

/**
 * Checks a filter before tenants are listed by it; for authors of catalogs. A condition that is not known is refused: to leave it
 * out would list tenants that were not asked for.
 *
 * @throws `MT_ARGUMENT_INVALID` with the condition, its value and what is allowed
 */
export function assertTenantFilter(filter: TenantFilter): void {
  assertConditions('filter', filter, CONDITIONS);
  const { status, plan, domain } = filter;
  if (status !== undefined && !TENANT_STATUSES.includes(status)) {
    throw new ArgumentInvalidError('filter.status', status, TENANT_STATUSES.join(', '));
  }
  assertText('filter.plan', plan);
  if (domain === undefined) return;
  assertConditions('filter.domain', domain, DOMAIN_CONDITIONS);
  for (const [condition, text] of Object.entries(domain)) assertText(`filter.domain.${condition}`, text);
}

function assertConditions(argument: string, value: unknown, known: readonly string[]): void {
  const allowed = `an object with ${known.join(', ')}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ArgumentInvalidError(argument, value, allowed);
  }
  const unknown = Object.keys(value).find((condition) => !known.includes(condition));
  if (unknown !== undefined) {
    throw new ArgumentInvalidError(`${argument}.${unknown}`, Reflect.get(value, unknown), allowed);
  }
}

function assertText(argument: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') throw new ArgumentInvalidError(argument, value, 'a text');
}
