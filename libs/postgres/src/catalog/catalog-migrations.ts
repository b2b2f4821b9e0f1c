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

/*
 * The log of changes, which nodes follow. The counter row makes versions gapless and their order that of the commits: whoever
 * sees version n sees all before it. A trigger writes it, so that changes made by hand are followed too, and at the end of
 * the transaction, so that the counter is held for a moment only.
 */
const CHANGES = `
  create table tenantry.tenant_changes (
    version bigint primary key,
    key text collate "C" not null,
    generation integer not null,
    status text not null,
    at timestamptz not null default clock_timestamp()
  );
  create table tenantry.tenant_change_counter (
    only_row boolean primary key default true check (only_row),
    version bigint not null,
    pruned_to bigint not null
  );
  insert into tenantry.tenant_change_counter (version, pruned_to) values (0, 0);
  create function tenantry.log_tenant_change() returns trigger language plpgsql security definer set search_path = '' as $$
    declare
      next_version bigint;
    begin
      update tenantry.tenant_change_counter set version = version + 1 returning version into next_version;
      if tg_op = 'DELETE' then
        insert into tenantry.tenant_changes (version, key, generation, status)
        values (next_version, old.key, old.generation, 'deleted');
      else
        insert into tenantry.tenant_changes (version, key, generation, status)
        values (next_version, new.key, new.generation, new.status);
      end if;
      perform pg_catalog.pg_notify('tenantry_changes', '');
      return null;
    end
  $$;
  create constraint trigger log_tenant_change after insert or update or delete on tenantry.tenants
    deferrable initially deferred for each row execute function tenantry.log_tenant_change();`;

/**
 * Every step, in order.
 *
 * @internal
 */
export const CATALOG_MIGRATIONS: readonly CatalogMigration[] = [
  { version: 1, name: 'tenants', sql: TENANTS },
  { version: 2, name: 'changes', sql: CHANGES },
];
