import type { Tenant } from '@tenantry/core';
import { deleteTenantQuerySchema, newTenantSchema, tenantListQuerySchema } from '../admin/admin-tenants.schemas.js';
import type { TenantListRequest } from '../admin/admin-tenants.schemas.js';
import { TenantAdministration } from '../admin/tenant-administration.js';
import { checked } from './checked.js';
import type { CliIo } from './cli-io.js';
import { tenantLine, tenantTable } from './tenant-lines.js';
import { assertCredentialsKey, withProvider } from './with-provider.js';

const PAGE = 100;

/** Options of `list`, as they were typed. */
export interface ListOptions {
  readonly status?: string;
  readonly plan?: string;
  readonly domainContains?: string;
  readonly sort?: string;
  readonly json?: true;
}

/** Options of `create`, as they were typed. Passwords come from the environment: a command line can be read by others. */
export interface CreateOptions {
  readonly name?: string;
  readonly plan?: string;
  readonly alias?: string[];
  readonly admin: string;
  readonly cloudClient?: string;
  readonly requestKey?: string;
  readonly json?: true;
}

/** Options of `delete`, as they were typed. */
export interface DeleteOptions extends ChangeOptions {
  readonly graceMinutes: string;
}

/** `list`: every tenant that fits, page by page. */
export async function listTenants({ json, ...filter }: ListOptions, { env, out }: CliIo): Promise<void> {
  const query = checked(tenantListQuerySchema, { ...filter, limit: String(PAGE) }, 'The tenants cannot be listed');
  const tenants = await withProvider(env, TenantAdministration, (administration) => allPages(administration, query));
  out(json ? JSON.stringify(tenants) : tenantTable(tenants));
}

/** `create`: with the first user's password from `TENANT_ADMIN_PASSWORD` and the cloud's secret from `TENANT_CLOUD_SECRET`. */
export async function createTenant(
  id: string,
  domain: string,
  options: CreateOptions,
  { env, out }: CliIo,
): Promise<void> {
  const given = {
    id,
    domain,
    aliases: options.alias ?? [],
    name: options.name,
    plan: options.plan,
    admin: { username: options.admin, password: env['TENANT_ADMIN_PASSWORD'] },
    ...cloudAccountOf(id, options, env),
  };
  const request = checked(newTenantSchema, given, 'The tenant cannot be created');
  assertCredentialsKey(env);
  const tenant = await withProvider(env, TenantAdministration, (administration) =>
    administration.create(request, options.requestKey),
  );
  out(options.json ? JSON.stringify(tenant) : tenantLine(tenant));
}

/** With Vault, credentials are written there; without it, they are needed here. */
function cloudAccountOf(id: string, { cloudClient }: CreateOptions, env: CliIo['env']): object {
  const clientSecret = env['TENANT_CLOUD_SECRET'];
  if (env['VAULT_ADDR'] && clientSecret === undefined) return {};
  return { cloudAccount: { clientId: cloudClient ?? id, clientSecret } };
}

/** What one command does to each of several tenants. */
export interface TenantChange {
  readonly change: (administration: TenantAdministration, id: string) => Promise<unknown>;
  /** What is printed of a tenant when it is done. */
  readonly done: string;
}

/** Options of commands that change several tenants, as they were typed. */
export interface ChangeOptions {
  readonly json?: true;
}

/** A change of tenants that are named one after the other; stops at the first that fails, and prints what was done until then. */
export async function changeTenants(
  ids: readonly string[],
  { change, done }: TenantChange,
  { json }: ChangeOptions,
  { env, out, err }: CliIo,
): Promise<void> {
  const changed: { id: string; done: string }[] = [];
  try {
    await withProvider(env, TenantAdministration, async (administration) => {
      for (const id of ids) {
        await change(administration, id);
        err(`${changed.push({ id, done })}/${ids.length} ${id} ${done}`);
      }
    });
  } finally {
    if (json) out(JSON.stringify(changed));
  }
}

/** `delete`: at once, or after a grace period. */
export function deleteTenants(ids: readonly string[], options: DeleteOptions, io: CliIo): Promise<void> {
  const given = { graceMinutes: options.graceMinutes };
  const { graceMinutes } = checked(deleteTenantQuerySchema, given, 'Nothing was deleted');
  const done = graceMinutes === 0 ? 'deleted' : `is blocked and will be deleted in ${graceMinutes} minutes`;
  const change: TenantChange['change'] = (administration, id) => administration.delete(id, graceMinutes);
  return changeTenants(ids, { change, done }, options, io);
}

async function allPages(administration: TenantAdministration, query: TenantListRequest): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  let after: string | undefined;
  do {
    const page = await administration.list({ ...query, after });
    tenants.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return tenants;
}
