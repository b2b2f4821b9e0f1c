import { TENANT_STATUSES } from '@tenantry/core';
import type { TenantFilter } from '@tenantry/core';
import { z } from 'zod';
import { pageQuerySchema, pageSchema } from '../http/page.js';
import { text } from '../http/text.js';

const domain = text(1, 253);
const domains = z.array(domain).max(100, 'at most 100 host names');
const name = text(1, 200);
const plan = text(1, 63);

/** Body that creates a tenant, with its first user and its account at the cloud. */
export const newTenantSchema = z.strictObject({
  id: text(1, 63),
  domain,
  aliases: domains.default([]),
  name: name.optional(),
  plan: plan.optional(),
  admin: z.strictObject({
    username: text(1, 64).regex(/^[a-z0-9][a-z0-9._-]*$/, 'lower-case letters, digits, dot, hyphen and underscore'),
    password: text(12, 1_000),
  }),
  cloudAccount: z.strictObject({
    clientId: z.string().regex(/^[A-Za-z0-9._~-]{1,128}$/, '1 to 128 of A-Z a-z 0-9 . _ ~ -'),
    clientSecret: z.string().regex(/^[\x21-\x7e]{16,256}$/, '16 to 256 printable ASCII characters without spaces'),
  }),
});

/** {@link newTenantSchema} once checked. */
export type NewTenantRequest = z.output<typeof newTenantSchema>;

/** Body that changes a tenant; what is absent stays. Another `domain` renames it. */
export const tenantChangesSchema = z.strictObject({
  name: name.optional(),
  plan: plan.optional(),
  domain: domain.optional(),
  aliases: domains.optional(),
});

/** {@link tenantChangesSchema} once checked. */
export type TenantChangesRequest = z.output<typeof tenantChangesSchema>;

/** Query of the list of tenants. All conditions that are given must hold. */
export const tenantListQuerySchema = pageQuerySchema.extend({
  status: z.enum(TENANT_STATUSES, TENANT_STATUSES.join(', ')).optional(),
  plan: plan.optional(),
  domain: domain.optional(),
  domainStartsWith: domain.optional(),
  domainEndsWith: domain.optional(),
  domainContains: domain.optional(),
});

/** {@link tenantListQuerySchema} once checked. */
export type TenantListRequest = z.output<typeof tenantListQuerySchema>;

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

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}
