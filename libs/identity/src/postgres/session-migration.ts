/** Of the transaction's tenant: no statement names it, and row-level security refuses any other value. */
export const TENANT_COLUMN = `tenant_id text not null default nullif(current_setting('tenantry.tenant_id', true), '')`;

/**
 * Sessions and API keys, and what announces a change of identities: each new version of a tenant is an entry in the log of tenant
 * changes, which nodes follow already. The triggers are deferred, so that the counter of the log is held for a moment only. A use that
 * ends no session changes no version, and so it is not announced.
 */
export const SESSIONS = `
  create table tenantry_identity.session (
    ${TENANT_COLUMN},
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    generation integer not null default 1,
    tenant_epoch integer not null,
    account_epoch integer not null,
    address text,
    user_agent text,
    created_at timestamptz(3) not null default now(),
    refreshed_at timestamptz(3) not null default now(),
    expires_at timestamptz(3) not null,
    ended_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id) references tenantry_identity.account (tenant_id, id) on delete cascade
  );
  create index session_account_idx on tenantry_identity.session (tenant_id, account_id, created_at);
  create table tenantry_identity.api_key (
    ${TENANT_COLUMN},
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    name text not null,
    hash text not null,
    scopes text[] not null,
    created_at timestamptz(3) not null default now(),
    expires_at timestamptz(3),
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id) references tenantry_identity.account (tenant_id, id) on delete cascade
  );
  create index api_key_account_idx on tenantry_identity.api_key (tenant_id, account_id, created_at);
  create function tenantry_identity.log_change() returns trigger language plpgsql security definer set search_path = '' as $$
    declare
      next_version bigint;
    begin
      update tenantry.tenant_change_counter set version = version + 1 returning version into next_version;
      insert into tenantry.tenant_changes (version, key, generation, status)
      select next_version, one.key, coalesce(t.generation, 1), coalesce(t.status, 'active')
      from (select pg_catalog.lower(new.tenant_id collate "C") as key) one left join tenantry.tenants t on t.key = one.key;
      perform pg_catalog.pg_notify('tenantry_changes', '');
      return null;
    end
  $$;
  revoke execute on function tenantry_identity.log_change() from public;
  create constraint trigger log_new_version after insert on tenantry_identity.tenant_session
    deferrable initially deferred for each row when (new.version > 1) execute function tenantry_identity.log_change();
  create constraint trigger log_version after update on tenantry_identity.tenant_session
    deferrable initially deferred for each row when (new.version <> old.version) execute function tenantry_identity.log_change();`;
