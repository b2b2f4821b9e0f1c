import type { SchemaMigration } from '../sql/schema-migrations.js';
import { PLACED_DATABASES } from './placed-databases.js';

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
 * The log of changes, which nodes follow. The counter row makes versions gapless and their order that of the commits: a reader
 * that sees version n sees all before it. A trigger writes it, so that changes made by hand are followed too, and at the end of
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

/*
 * Operations on tenants. The partial unique index prevents two open operations of one tenant; one that only notifies its
 * listeners does not count. A claim is a token with an end by this server's clock.
 */
const OPERATIONS = `
  create table tenantry.operations (
    id uuid primary key,
    request_key text not null unique,
    fingerprint text not null,
    kind text not null check (kind in ('create', 'activate', 'suspend', 'rename', 'update', 'delete')),
    tenant_key text collate "C" not null,
    state text not null check (state in ('running', 'done', 'failed', 'compensating')),
    step text not null,
    finished text[] not null default '{}',
    attempts integer not null default 0,
    error json,
    before json,
    tenant json,
    next_attempt_at timestamptz not null default clock_timestamp(),
    deadline_at timestamptz,
    claim uuid,
    lease_until timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  create unique index operations_one_per_tenant on tenantry.operations (tenant_key)
    where state in ('running', 'compensating') and step <> 'notify';
  create index operations_tenant_key_idx on tenantry.operations (tenant_key);
  create index operations_due_idx on tenantry.operations (next_attempt_at) where state in ('running', 'compensating');`;

/*
 * What lists and look-ups read. Every order ends with the key, so that a page begins where the one before ended, and is there
 * once for all tenants, once for each status and once for each plan. Names are ordered by ASCII-lower-cased code points on
 * every server alike. Trigrams serve "contains"; where the server lacks pg_trgm, or the role may not create it, that filter
 * reads on until its page is full.
 */
const LISTS = `
  alter table tenantry.tenant_names drop constraint tenant_names_pkey, add primary key (name) include (tenant_key);
  drop index tenantry.tenants_domain_idx;
  create index tenants_by_domain on tenantry.tenants (domain, key);
  create index tenants_by_name on tenantry.tenants (lower(name collate "C"), key);
  create index tenants_by_creation on tenantry.tenants (created_at, key);
  create index tenants_by_domain_end on tenantry.tenants (reverse(domain));
  create index tenants_of_status on tenantry.tenants (status, key);
  create index tenants_of_status_by_domain on tenantry.tenants (status, domain, key);
  create index tenants_of_status_by_name on tenantry.tenants (status, lower(name collate "C"), key);
  create index tenants_of_status_by_creation on tenantry.tenants (status, created_at, key);
  create index tenants_of_plan on tenantry.tenants (plan, key);
  create index tenants_of_plan_by_domain on tenantry.tenants (plan, domain, key);
  create index tenants_of_plan_by_name on tenantry.tenants (plan, lower(name collate "C"), key);
  create index tenants_of_plan_by_creation on tenantry.tenants (plan, created_at, key);
  do $$
    declare
      place name;
    begin
      if not exists (select 1 from pg_catalog.pg_available_extensions where name = 'pg_trgm') then
        return;
      end if;
      create extension if not exists pg_trgm;
      select n.nspname into place from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
      where e.extname = 'pg_trgm';
      execute pg_catalog.format(
        'create index tenants_by_domain_part on tenantry.tenants using gin (domain %I.gin_trgm_ops)', place);
    exception
      when insufficient_privilege or invalid_schema_name or undefined_file then null;
    end
  $$;
  analyze tenantry.tenants;
  analyze tenantry.tenant_names;`;

/*
 * The nodes that follow the log: how far each has applied it and closed the clients of tenants that were blocked. The index
 * finds a tenant's last change.
 */
const NODES = `
  create table tenantry.nodes (
    id uuid primary key,
    drained_to bigint not null,
    seen_at timestamptz not null default clock_timestamp()
  );
  create index tenant_changes_key_idx on tenantry.tenant_changes (key, version);`;

/*
 * Where the data of each tenant lie. No key leads to the tenant: it may be placed before its record is there. `move` is what is
 * under way; its steps are changed by comparing the generation and the step that were read.
 */
const PLACEMENTS = `
  create table tenantry.placements (
    tenant_key text collate "C" primary key,
    tenant_id text not null,
    strategy text not null,
    host text,
    port integer check (port between 1 and 65535),
    database text,
    generation integer not null check (generation >= 1),
    move json,
    changed_at timestamptz not null default clock_timestamp()
  );`;

/**
 * Every step, in order.
 *
 * @internal
 */
export const CATALOG_MIGRATIONS: readonly SchemaMigration[] = [
  { version: 1, name: 'tenants', sql: TENANTS },
  { version: 2, name: 'changes', sql: CHANGES },
  { version: 3, name: 'operations', sql: OPERATIONS },
  { version: 4, name: 'lists', sql: LISTS },
  { version: 5, name: 'nodes', sql: NODES },
  { version: 6, name: 'placements', sql: PLACEMENTS },
  { version: 7, name: 'placed databases', sql: PLACED_DATABASES },
];
