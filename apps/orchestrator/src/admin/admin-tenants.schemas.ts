import { TENANT_STATUSES } from '@tenantry/core';
import type { JsonObject, TenantFilter, TenantSort } from '@tenantry/core';
import { z } from 'zod';
import { defined } from '../http/defined.js';
import { pageQuerySchema, pageSchema } from '../http/page.js';
import { text } from '../http/text.js';

const domain = text(1, 253);
const domains = z.array(domain).max(100, 'at most 100 host names');
const name = text(1, 200);
const plan = text(1, 63);
/** What may be in there is the settings' own schema's, which the lifecycle asks. */
const settings: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** Body that creates a tenant, with its first user and its account at the cloud. */
export const newTenantSchema = z.strictObject({
  id: text(1, 63),
  domain,
  aliases: domains.default([]),
  name: name.optional(),
  plan: plan.optional(),
  settings: settings.optional(),
  admin: z.strictObject({
    username: text(1, 64).regex(/^[a-z0-9][a-z0-9._-]*$/, 'lower-case letters, digits, dot, hyphen and underscore'),
    password: text(12, 1_000),
  }),
  /** Needed unless accounts are in Vault. */
  cloudAccount: z
    .strictObject({
      clientId: z.string().regex(/^[A-Za-z0-9._~-]{1,128}$/, '1 to 128 of A-Z a-z 0-9 . _ ~ -'),
      clientSecret: z.string().regex(/^[\x21-\x7e]{16,256}$/, '16 to 256 printable ASCII characters without spaces'),
    })
    .optional(),
});

/** {@link newTenantSchema} once checked. */
export type NewTenantRequest = z.output<typeof newTenantSchema>;

/**
 * Body that changes a tenant; what is absent stays, and `settings` are replaced as a whole. With `generation`, refused when the
 * tenant has changed since it was read.
 */
export const tenantChangesSchema = z.strictObject({
  name: name.optional(),
  plan: plan.optional(),
  domain: domain.optional(),
  aliases: domains.optional(),
  settings: settings.optional(),
  generation: z.int().min(1).optional(),
});

/** {@link tenantChangesSchema} once checked. */
export type TenantChangesRequest = z.output<typeof tenantChangesSchema>;

const SORT = 'id, domain, name or createdAt; with "-" before it, the other way round';

/** `domain` or `-domain`. */
const sort = z
  .string()
  .regex(/^-?(id|domain|name|createdAt)$/, SORT)
  .transform((value): TenantSort => {
    const by = value.replace('-', '') as TenantSort['by'];
    return { by, direction: value.startsWith('-') ? 'desc' : 'asc' };
  });

/** Query of the list of tenants. All conditions that are given must hold. */
export const tenantListQuerySchema = pageQuerySchema.extend({
  status: z.enum(TENANT_STATUSES, TENANT_STATUSES.join(', ')).optional(),
  plan: plan.optional(),
  domain: domain.optional(),
  domainStartsWith: domain.optional(),
  domainEndsWith: domain.optional(),
  domainContains: domain.optional(),
  sort: sort.optional(),
});

/** {@link tenantListQuerySchema} once checked. */
export type TenantListRequest = z.output<typeof tenantListQuerySchema>;

const GRACE = 'whole minutes from 0 to 525600';

/** Query that deletes a tenant. */
export const deleteTenantQuerySchema = z.strictObject({
  graceMinutes: z.coerce.number(GRACE).int(GRACE).min(0, GRACE).max(525_600, GRACE).default(0),
});

/** {@link deleteTenantQuerySchema} once checked. */
export type DeleteTenantRequest = z.output<typeof deleteTenantQuerySchema>;

/** A tenant as the operator sees it. */
export const tenantSchema = z.object({
  id: z.string(),
  domain: z.string(),
  aliases: z.array(z.string()),
  name: z.string(),
  status: z.enum(TENANT_STATUSES),
  plan: z.string(),
  settings: z.record(z.string(), z.unknown()),
  generation: z.int(),
});

/** A page of tenants as the operator sees it. */
export const tenantPageSchema = pageSchema(tenantSchema);

/** The catalog's filter of a query. */
export function filterOf({ status, plan, ...query }: TenantListRequest): TenantFilter {
  const conditions = defined({
    equals: query.domain,
    startsWith: query.domainStartsWith,
    endsWith: query.domainEndsWith,
    contains: query.domainContains,
  });
  return { ...defined({ status, plan }), domain: conditions };
}
