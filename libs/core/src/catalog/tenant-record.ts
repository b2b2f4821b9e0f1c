import { numberArgument } from '../kernel/argument-checks.js';
import { TenantFieldInvalidError, TenantStaleError, TenantTransitionRefusedError } from '../errors/catalog.errors.js';
import { SUPER_TENANT_ID } from '../tenant/super-tenant.js';
import { isTenantId, TENANT_ID_RANGE } from '../tenant/tenant-id.js';
import type { TenantId } from '../tenant/tenant-id.js';
import { assertDomain, canonicalIdentifier, RESERVED_NAMES } from '../tenant/tenant-identifier.js';
import type { NewTenant, TenantChangeOptions, TenantChanges } from './tenant-catalog.js';
import type { JsonObject, Tenant, TenantStatus } from '../tenant/tenant.js';

/*
 * The rules of tenant records as pure functions: what may be written, and what the record becomes. Every catalog
 * applies these and adds only storage, so that all catalogs refuse the same things with the same codes.
 */

const CONTROL_CHARACTER = /\p{Cc}/u;
const MAX_NAME = 200;
const MAX_PLAN = 63;
const MAX_ALIASES = 100;

/**
 * Turns a request to create a tenant into its first record, at generation 1.
 *
 * @throws {@link TenantFieldInvalidError} `MT_TENANT_FIELD_INVALID` naming the field and the value
 */
export function newTenantRecord(input: NewTenant): Tenant {
  assertNewId(input.id);
  assertDomain('domain', input.domain);
  const status = input.status ?? 'active';
  if (status !== 'active' && status !== 'provisioning') {
    throw new TenantFieldInvalidError('status', status, 'a tenant starts as provisioning or active');
  }
  return freezeTenant({
    id: input.id,
    domain: input.domain,
    aliases: checkedAliases(input.aliases ?? [], input.domain),
    name: checkedText('name', input.name ?? input.id, MAX_NAME),
    status,
    plan: checkedText('plan', input.plan ?? 'standard', MAX_PLAN),
    settings: checkedSettings(input.settings ?? {}),
    generation: 1,
  });
}

/**
 * The record after `update`.
 *
 * @throws `MT_TENANT_FIELD_INVALID`, `MT_TENANT_STALE`, `MT_TENANT_TRANSITION_REFUSED` (super tenant)
 */
export function changedTenantRecord(
  current: Tenant,
  changes: TenantChanges,
  options: TenantChangeOptions = {},
): Tenant {
  assertChangeable(current, options);
  return nextGeneration(current, {
    name: changes.name === undefined ? current.name : checkedText('name', changes.name, MAX_NAME),
    plan: changes.plan === undefined ? current.plan : checkedText('plan', changes.plan, MAX_PLAN),
    aliases: changes.aliases === undefined ? current.aliases : checkedAliases(changes.aliases, current.domain),
    settings: changes.settings === undefined ? current.settings : checkedSettings(changes.settings),
  });
}

/** The record after `rename`; same errors as {@link changedTenantRecord}. An alias that becomes the domain stops being an alias. */
export function renamedTenantRecord(current: Tenant, domain: string, options: TenantChangeOptions = {}): Tenant {
  assertChangeable(current, options);
  assertDomain('domain', domain);
  return nextGeneration(current, { domain, aliases: current.aliases.filter((alias) => alias !== domain) });
}

const ALLOWED_FROM: Readonly<Record<'active' | 'suspended', readonly TenantStatus[]>> = {
  active: ['provisioning', 'suspended', 'active'],
  suspended: ['active', 'suspended'],
};

/**
 * The record after `activate` or `suspend`. Asking for the status it has already gives the same record.
 *
 * @throws `MT_TENANT_TRANSITION_REFUSED`, `MT_TENANT_STALE`
 */
export function transitionedTenantRecord(
  current: Tenant,
  to: 'active' | 'suspended',
  options: TenantChangeOptions = {},
): Tenant {
  assertChangeable(current, options);
  if (!ALLOWED_FROM[to].includes(current.status)) {
    throw new TenantTransitionRefusedError(current.id, `it is ${current.status} and cannot become ${to}`);
  }
  return current.status === to ? current : nextGeneration(current, { status: to });
}

/**
 * Refuses changes to the super tenant and changes on top of an outdated record.
 *
 * @throws `MT_TENANT_TRANSITION_REFUSED`, `MT_TENANT_STALE`
 */
export function assertChangeable(current: Tenant, { expectedGeneration }: TenantChangeOptions = {}): void {
  if (current.id === SUPER_TENANT_ID) {
    throw new TenantTransitionRefusedError(current.id, 'the super tenant cannot be changed, suspended or deleted');
  }
  if (expectedGeneration !== undefined && expectedGeneration !== current.generation) {
    throw new TenantStaleError(current.id, expectedGeneration, current.generation);
  }
}

/** Default page size and the largest one that `list` accepts. */
const LIST_LIMIT = { default: 50, max: 1000 } as const;

/**
 * Checks the page size of a list.
 *
 * @throws {@link ArgumentInvalidError} `MT_ARGUMENT_INVALID`
 */
export function checkedListLimit(limit: number = LIST_LIMIT.default): number {
  return numberArgument('limit', limit, { min: 1, max: LIST_LIMIT.max, whole: true });
}

/** Freezes a record and what it holds; catalogs share records between callers. */
export function freezeTenant(tenant: Tenant): Tenant {
  Object.freeze(tenant.aliases);
  deepFreeze(tenant.settings);
  return Object.freeze(tenant);
}

/** An id that no request could name would be a tenant that cannot be reached. */
function assertNewId(id: unknown): asserts id is TenantId {
  if (!isTenantId(id)) throw new TenantFieldInvalidError('id', id, TENANT_ID_RANGE);
  if (RESERVED_NAMES.has(id.toLowerCase())) throw new TenantFieldInvalidError('id', id, 'it is reserved');
  if (canonicalIdentifier(id) === null) {
    throw new TenantFieldInvalidError(
      'id',
      id,
      'no request can name it; use neither ".." nor numbers alone such as 1.1',
    );
  }
}

function nextGeneration(current: Tenant, changes: Partial<Omit<Tenant, 'id' | 'generation'>>): Tenant {
  return freezeTenant({ ...current, ...changes, generation: current.generation + 1 });
}

function checkedText(field: string, value: unknown, max: number): string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > max || CONTROL_CHARACTER.test(value)) {
    throw new TenantFieldInvalidError(field, value, `text of 1 to ${max} characters, none of them a control character`);
  }
  return value;
}

function checkedAliases(aliases: unknown, domain: string): readonly string[] {
  if (!Array.isArray(aliases) || aliases.length > MAX_ALIASES) {
    throw new TenantFieldInvalidError('aliases', aliases, `a list of at most ${MAX_ALIASES} host names`);
  }
  for (const alias of aliases as unknown[]) assertDomain('aliases', alias);
  const unique = new Set(aliases as string[]);
  unique.delete(domain);
  return [...unique];
}

function checkedSettings(settings: unknown): JsonObject {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new TenantFieldInvalidError('settings', settings, 'a JSON object');
  }
  return JSON.parse(JSON.stringify(settings)) as JsonObject;
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
}
