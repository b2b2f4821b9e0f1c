/** Constraint that a placement breaks whose database is another tenant's; the error's detail is that tenant's id. @internal */
export const ONE_TENANT_EACH = 'placed_databases_pkey';

/**
 * A database that a placement names has one tenant, whatever the strategy: the one that is placed there, is on its way there, or has
 * rows there that are still to be removed. The primary key decides between two who come at once. A trigger keeps the table, so
 * that placements made by hand, or by a node of an older version, are held to it too. One server may be spelled in several ways.
 *
 * @internal
 */
export const PLACED_DATABASES = `
  create table tenantry.placed_databases (
    place text collate "C" primary key,
    tenant_key text collate "C" not null
  );
  create index placed_databases_tenant_key_idx on tenantry.placed_databases (tenant_key);
  create function tenantry.place_of(target json) returns text language plpgsql immutable set search_path = '' as $$
    declare
      server text := pg_catalog.rtrim(pg_catalog.lower(target ->> 'host'), '.');
    begin
      if target ->> 'database' is null then
        return null;
      end if;
      begin
        server := pg_catalog.host(server::pg_catalog.inet);
      exception
        when invalid_text_representation then null;
      end;
      return pg_catalog.jsonb_build_array(
        coalesce(server, 'strategy ' || (target ->> 'strategy')),
        coalesce((target ->> 'port')::integer, 5432),
        target ->> 'database')::text;
    end
  $$;
  create function tenantry.hold_databases() returns trigger language plpgsql security definer set search_path = '' as $$
    declare
      wanted text[];
      holder text;
    begin
      if tg_op = 'TRUNCATE' then
        delete from tenantry.placed_databases;
        return null;
      elsif tg_op = 'DELETE' then
        delete from tenantry.placed_databases where tenant_key = old.tenant_key;
        return null;
      end if;
      wanted := array[
        tenantry.place_of(pg_catalog.row_to_json(new)),
        tenantry.place_of(new.move -> 'to'),
        tenantry.place_of(new.move -> 'from')];
      delete from tenantry.placed_databases
      where tenant_key = new.tenant_key and place not in (select w from pg_catalog.unnest(wanted) w where w is not null);
      insert into tenantry.placed_databases (place, tenant_key)
      select distinct w, new.tenant_key from pg_catalog.unnest(wanted) w where w is not null
        and not exists (select from tenantry.placed_databases d where d.place = w and d.tenant_key = new.tenant_key);
      return null;
    exception
      when unique_violation then
        select p.tenant_id into holder from tenantry.placed_databases d join tenantry.placements p using (tenant_key)
        where d.place = any (wanted) and d.tenant_key <> new.tenant_key;
        raise exception 'The placement of tenant % names a database that another tenant has.', new.tenant_id using
          errcode = 'unique_violation', constraint = '${ONE_TENANT_EACH}', detail = coalesce(holder, ''),
          hint = 'Give each of them a database of its own.';
    end
  $$;
  create trigger hold_databases after insert or update or delete on tenantry.placements
    for each row execute function tenantry.hold_databases();
  create trigger hold_no_databases after truncate on tenantry.placements
    for each statement execute function tenantry.hold_databases();
  update tenantry.placements set move = move;`;
