import { isTenantId, OptionsInvalidError, SUPER_TENANT_ID, TenantTokenInvalidError } from '@tenantry/core';
import { functionOption, objectOption, textOption, textsOption } from '@tenantry/core/spi';
import type { TenantBinding } from './issuer-options.js';
import type { VerifiedClaims } from './verified-claims.js';

/**
 * The id of the tenant that a verified token asserts.
 *
 * @throws `MT_TENANT_TOKEN_INVALID` when it asserts none, or one that its issuer is not bound to
 */
export type TenantOfClaims = (claims: VerifiedClaims) => Promise<string>;

const ID_RANGE = 'ids of tenants: 1 to 63 of A-Z a-z 0-9 . _ -, first and last alphanumeric';

/**
 * Checks what an issuer may assert, and returns the function that checks its tokens.
 *
 * @param mustSayWhich whether a claim without `allowed` is refused
 * @throws `MT_OPTIONS_INVALID`
 */
export function tenantBinding(path: string, binding: TenantBinding, mustSayWhich: boolean): TenantOfClaims {
  objectOption(path, binding, 'an object with tenantId or claim');
  const claim = binding.claim === undefined ? undefined : textOption(`${path}.claim`, binding.claim);
  if (binding.tenantId !== undefined) return oneTenant(checkedId(`${path}.tenantId`, binding.tenantId), claim);
  if (claim === undefined)
    throw new OptionsInvalidError(`${path}.claim`, claim, 'the name of a claim, or use tenantId');
  const isAllowed = checkedAllowance(`${path}.allowed`, binding.allowed, mustSayWhich);
  return async (claims) => {
    const id = claimedId(claims, claim);
    if ((await isAllowed(id, claims)) === true) return id;
    throw notBound();
  };
}

function oneTenant(tenantId: string, claim: string | undefined): TenantOfClaims {
  return async (claims) => {
    if (claim === undefined || !Object.hasOwn(claims, claim)) return tenantId;
    if (keyOf(claimedId(claims, claim)) === keyOf(tenantId)) return tenantId;
    throw notBound();
  };
}

type Allowance = (tenantId: string, claims: VerifiedClaims) => unknown;

function checkedAllowance(path: string, allowed: unknown, mustSayWhich: boolean): Allowance {
  if (allowed === undefined && !mustSayWhich) return (id) => keyOf(id) !== SUPER_TENANT_ID;
  if (!Array.isArray(allowed)) {
    return functionOption(path, allowed as Allowance, 'a list of ids, or a function (tenantId, claims) => boolean');
  }
  const ids = textsOption(path, allowed).map((id, index) => keyOf(checkedId(`${path}[${index}]`, id)));
  const known = new Set(ids);
  return (id) => known.has(keyOf(id));
}

function checkedId(option: string, value: unknown): string {
  if (isTenantId(value)) return value;
  throw new OptionsInvalidError(option, value, ID_RANGE);
}

function claimedId(claims: VerifiedClaims, claim: string): string {
  const id = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  if (isTenantId(id)) return id;
  throw new TenantTokenInvalidError(`its claim ${claim} does not name one tenant by id`);
}

function notBound(): TenantTokenInvalidError {
  return new TenantTokenInvalidError('it asserts a tenant that its issuer is not trusted with');
}

/** Ids are unique without regard to case. */
function keyOf(tenantId: string): string {
  return tenantId.toLowerCase();
}
