import { SecretInvalidError } from './secrets.errors.js';
import type { SecretVersion } from './tenant-secrets.js';

/**
 * The named fields of a tenant's credentials, each a text that is not empty.
 *
 * @param tenantId for the error
 * @param secret what `TenantSecrets.read` gave
 * @param names fields that must be there
 * @returns the texts by their names, revealed: pass them on, keep them in no field
 * @throws `MT_SECRET_INVALID` naming the first field that is missing, not a text, or empty
 * @example
 * const { client_id, client_secret } = secretFields(tenant.id, await secrets.read(tenant.id, { signal }), [
 *   'client_id',
 *   'client_secret',
 * ]);
 */
export function secretFields<N extends string>(
  tenantId: string,
  secret: SecretVersion,
  names: readonly N[],
): Readonly<Record<N, string>> {
  const values = secret.value.reveal();
  const fields = names.map((name) => [name, checkedText(tenantId, name, ownValue(values, name))]);
  return Object.fromEntries(fields) as Record<N, string>;
}

function ownValue(values: object, name: string): unknown {
  return Object.hasOwn(values, name) ? (values as Record<string, unknown>)[name] : undefined;
}

function checkedText(tenantId: string, name: string, value: unknown): string {
  if (value === undefined) throw new SecretInvalidError(tenantId, 'is missing', name);
  if (typeof value !== 'string') throw new SecretInvalidError(tenantId, 'is not a text', name);
  if (value.trim() === '') throw new SecretInvalidError(tenantId, 'is empty', name);
  return value;
}
