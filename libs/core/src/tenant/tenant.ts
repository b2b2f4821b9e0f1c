import type { TenantId } from './tenant-id.js';

/** A JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** Where a tenant is in its life. Only `active` tenants are served. */
export type TenantStatus = 'provisioning' | 'active' | 'suspended' | 'deleting';

/** Every status, for validation and documents. */
export const TENANT_STATUSES: readonly TenantStatus[] = ['provisioning', 'active', 'suspended', 'deleting'];

/**
 * An isolated customer, as the catalog records it. A value: never changed in place.
 *
 * @typeParam S shape of `settings`; secrets never live there
 */
export interface Tenant<S = JsonObject> {
  /** Immutable, never reused, unique without regard to case. */
  readonly id: TenantId;
  /** Canonical host name, lower case. */
  readonly domain: string;
  /** Further host names (CNAMEs) that lead to this tenant, lower case. */
  readonly aliases: readonly string[];
  /** Display name. */
  readonly name: string;
  readonly status: TenantStatus;
  /** Name of the plan it pays for. */
  readonly plan: string;
  /** Settings of the application. */
  readonly settings: S;
  /** Grows with every change of this record; starts at 1. */
  readonly generation: number;
}
