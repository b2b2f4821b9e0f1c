import { isTenantId, OptionsInvalidError } from '@tenantry/core';
import { isInRange, numberOption } from '@tenantry/core/spi';

/**
 * Which tenants have a label value of their own.
 *
 * - `'off'`: metrics have no tenant label
 * - `{ allow }`: the tenants with these ids, 1 to 10,000; all others are `other`
 * - `{ top }`: the first tenants that send a request, up to this number, 1 to 10,000; all others are `other`. A tenant that
 *   sends much is among the first to be seen. Its place is kept until the process ends: what a metrics backend has stored
 *   under a label cannot be taken back, so an exchange of tenants would exceed the cap
 */
export type TenantLabelOption = 'off' | { readonly allow: readonly string[] } | { readonly top: number };

/** Label value of the tenants that have none of their own. A tenant with this id has none of its own. */
export const OTHER_TENANTS = 'other';

const RANGE = { min: 1, max: 10_000, whole: true };
const ALLOWED = '"off", { allow: [tenant ids] } or { top: 1 to 10000 }';

/** Bounds the values of the label `tenant`: at most the cap and `other`, whatever the requests say. */
export class TenantLabel {
  readonly #cap: number;
  readonly #own = new Set<string>();

  /** @throws `MT_OPTIONS_INVALID` */
  constructor(option: TenantLabelOption) {
    const allow = allowedIds(option);
    for (const id of allow ?? []) this.#own.add(id);
    this.#cap = allow === undefined ? topOf(option) : 0;
    this.isOff = option === 'off';
  }

  /** Whether there is no tenant label at all. */
  readonly isOff: boolean;

  /** The attributes for a tenant: one, or none for a request that has no tenant. */
  of(tenantId: string | undefined): { readonly tenant?: string } {
    if (this.isOff || tenantId === undefined) return {};
    return { tenant: this.#hasOwn(tenantId) ? tenantId : OTHER_TENANTS };
  }

  #hasOwn(tenantId: string): boolean {
    if (this.#own.has(tenantId)) return true;
    if (this.#own.size >= this.#cap || tenantId === OTHER_TENANTS) return false;
    this.#own.add(tenantId);
    return true;
  }
}

function allowedIds(option: TenantLabelOption): readonly string[] | undefined {
  if (typeof option !== 'object' || option === null || !('allow' in option)) return undefined;
  const { allow } = option;
  if (!Array.isArray(allow) || !isInRange(allow.length, RANGE))
    throw new OptionsInvalidError('tenantLabel.allow', allow, 'a list of 1 to 10000 tenant ids');
  for (const [index, id] of (allow as readonly unknown[]).entries()) {
    if (!isTenantId(id) || id === OTHER_TENANTS)
      throw new OptionsInvalidError(`tenantLabel.allow[${index}]`, id, `a tenant id other than "${OTHER_TENANTS}"`);
  }
  return allow as readonly string[];
}

function topOf(option: TenantLabelOption): number {
  if (option === 'off') return 0;
  if (typeof option !== 'object' || option === null || !('top' in option))
    throw new OptionsInvalidError('tenantLabel', option, ALLOWED);
  return numberOption('tenantLabel.top', option.top, RANGE);
}
