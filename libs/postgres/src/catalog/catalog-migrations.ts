/** One step of the catalog's schema. Never changed once released; a correction is a further step. */
export interface CatalogMigration {
  /** 1, 2, 3, ... without gaps. */
  readonly version: number;
  readonly name: string;
  /** One or several statements. */
  readonly sql: string;
}

/*
 * tenant_names is the one namespace of lower-cased ids, domains and aliases. The row of an id outlives its tenant, with
 * tenant_key null: this is what keeps an id from ever being used again. `json`, not `jsonb`: settings come back as given.
 */
const TENANTS = `
  create table tenantry.tenants (
    key text collate "C" primary key,
    id text not null,
    domain text collate "C" not null,
    aliases text[] not null,
    name text not null,
    status text not null check (status in ('provisioning', 'active', 'suspended', 'deleting')),
    plan text not null,
    settings json not null,
    generation integer not null check (generation >= 1),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  create index tenants_domain_idx on tenantry.tenants (domain);
  create table tenantry.tenant_names (
    name text collate "C" primary key,
    kind text not null check (kind in ('id', 'domain', 'aliases')),
    tenant_key text collate "C" references tenantry.tenants (key),
    deleted_at timestamptz,
    check (tenant_key is not null or (kind = 'id' and deleted_at is not null))
  );
  create index tenant_names_tenant_key_idx on tenantry.tenant_names (tenant_key);`;

/**
 * Every step, in order.
 *
 * @internal
 */
export const CATALOG_MIGRATIONS: readonly CatalogMigration[] = [{ version: 1, name: 'tenants', sql: TENANTS }];
