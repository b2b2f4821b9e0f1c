/**
 * SQL that records tenants by the set, past the log of changes: one alias each, one in a hundred suspended, one in ten on
 * gold. Needs a superuser, as triggers are left out.
 */
export function loadSql(tenants) {
  return `
    set session_replication_role = replica;
    set work_mem = '512MB';
    set maintenance_work_mem = '512MB';
    insert into tenantry.tenants (key, id, domain, aliases, name, status, plan, settings, generation, created_at)
    select 't' || n, 't' || n, ${domain}, array['www.' || ${domain}], 'Tenant ' || substr(md5('name' || n), 1, 6),
      case when n % 100 = 7 then 'suspended' else 'active' end, case when n % 10 = 1 then 'gold' else 'standard' end,
      '{"theme":"light"}', 1, timestamptz '2020-01-01' + n * interval '1 second'
    from generate_series(1, ${tenants}) n order by ('t' || n) collate "C";
    insert into tenantry.tenant_names (name, kind, tenant_key)
    select name, kind, key from (
      select key as name, 'id' as kind, key from tenantry.tenants
      union all select domain, 'domain', key from tenantry.tenants
      union all select unnest(aliases), 'aliases', key from tenantry.tenants) names
    order by name collate "C";
    set session_replication_role = origin;
    reset work_mem;`;
}

/** A domain such as `5f3a9c01-42.example`, for every n another. */
const domain = `substr(md5(n::text), 1, 8) || '-' || n || '.example'`;
