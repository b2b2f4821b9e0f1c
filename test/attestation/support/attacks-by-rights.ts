import { tenantTableSql } from '@tenantry/postgres';
import { rowsOf, SECRET } from './attack.js';
import type { Attack } from './attack.js';

/** Rights that lead around policies. */
export const RIGHTS: readonly Attack[] = [
  {
    what: 'TRUNCATE, granted by one who had it with the option to grant',
    sql: (
      b,
    ) => `grant truncate on project to ${b.thirdRole} with grant option; grant usage on schema public to ${b.thirdRole};
      set role ${b.thirdRole}; grant truncate on project to ${b.appRole}; reset role;`,
    attack: rowsOf('truncate project', `select 'emptied' as done`),
    loot: 'emptied',
    found: ['privilege-truncate'],
  },
  {
    what: 'TRIGGER, with a function of the session’s own',
    sql: (b) => `grant trigger on project to ${b.appRole}`,
    attack: async (tx, b) => {
      await tx.query(`create function pg_temp.leak() returns trigger language plpgsql as
        $$ begin raise exception 'it is %', new.name; end $$`);
      await tx.query('create trigger leak before insert on project for each row execute function pg_temp.leak()');
      await tx.query(`select set_config('tenantry.tenant_id', 'acme', true)`);
      return rowsOf(`insert into project values ('acme', 2, '${SECRET}')`)(tx, b);
    },
    found: ['privilege-trigger'],
  },
  {
    what: 'REFERENCES to a column: a foreign key shows whether another tenant has a key',
    sql: (b) =>
      `grant references (tenant_id, id) on project to ${b.appRole}; create schema mine authorization ${b.appRole};`,
    attack: async (tx, b) => {
      await tx.query(`create table mine.probe (t text, i int, foreign key (t, i) references public.project)`);
      return rowsOf(`insert into mine.probe values ('acme', 1) returning 'acme has 1' as shown`)(tx, b);
    },
    loot: 'acme has 1',
    found: ['privilege-needless'],
  },
  {
    what: 'rights of the planner’s statistics',
    sql: (b) => `insert into project select 'acme', n, '${SECRET}' from generate_series(10, 99) n; analyze project;
      grant select on pg_catalog.pg_statistic to ${b.appRole};`,
    attack: rowsOf(`select stavalues1::text from pg_statistic where starelid = 'project'::regclass`),
    found: ['catalog-readable'],
  },
  {
    what: 'a function of PostgreSQL that reads files of the server',
    sql: () => 'grant execute on function pg_read_file(text) to public',
    attack: rowsOf(`select 'version ' || pg_read_file('PG_VERSION') as file`),
    loot: 'version 1',
    server: true,
    found: ['catalog-readable'],
  },
  {
    what: 'programs of the server',
    sql: (b) => `grant pg_execute_server_program to ${b.appRole}`,
    attack: rowsOf('create temporary table t (x text)', `copy t from program 'id'`, 'select x from t'),
    loot: 'uid=',
    server: true,
    found: ['role-server-access'],
  },
  {
    what: 'REPLICATION',
    sql: (b) => `alter role ${b.appRole} replication`,
    attack: rowsOf(`select pg_drop_replication_slot(slot_name), slot_name from
      pg_create_physical_replication_slot('a_slot', false, true)`),
    loot: 'a_slot',
    server: true,
    found: ['role-server-access'],
  },
  {
    what: 'CREATE in the schema of the tables: a function that another tenant’s statement comes upon',
    sql: () => 'grant create on schema public to public',
    attack: async (tx, b) => {
      await tx.query(`create function public.upper(varchar) returns text language plpgsql as
        $$ begin raise exception 'it is %', $1; end $$`);
      await tx.query(`select set_config('tenantry.tenant_id', 'acme', true)`);
      return rowsOf('select upper(name::varchar) from project')(tx, b);
    },
    found: ['privilege-create'],
  },
  {
    what: 'default privileges: a table to come grants TRUNCATE',
    sql: (
      b,
    ) => `alter default privileges for role ${b.ownerRole} in schema public grant truncate, trigger on tables to public;
      alter default privileges for role ${b.ownerRole} grant select, references on tables to ${b.appRole};`,
    attack: async (tx, b) => {
      await b.owner.query('drop table if exists public.later; create table public.later (id int);');
      return rowsOf('truncate public.later', `select 'emptied' as done`)(tx, b);
    },
    loot: 'emptied',
    server: true,
    found: ['privilege-default', 'privilege-default'],
  },
];

/** What is kept elsewhere, and what texts are compared by. */
export const PLACES: readonly Attack[] = [
  {
    what: 'a large object, which has no row-level security',
    sql: () => `do $$ declare id oid := lo_from_bytea(0, '${SECRET}'); begin
      execute format('grant select on large object %s to public', id); end $$;`,
    attack: rowsOf(`select convert_from(lo_get(oid), 'utf8') from pg_largeobject_metadata`),
    found: ['large-objects by hand'],
  },
  {
    what: 'a login on a foreign server',
    sql: (b) => `drop foreign data wrapper if exists elsewhere cascade; create foreign data wrapper elsewhere;
      create server "the other" foreign data wrapper elsewhere; grant usage on foreign server "the other" to ${b.appRole};
      create user mapping for public server "the other" options (user 'boss', password '${SECRET}');
      create user mapping for ${b.appRole} server "the other" options (user 'boss', password '${SECRET}');`,
    attack: rowsOf('select umoptions::text from pg_user_mappings where usename = current_user'),
    found: ['foreign-login', 'foreign-login'],
  },
  {
    what: 'a collation that takes different ids for the same',
    sql: () => `create collation no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      drop policy tenant_isolation on project;
      alter table project alter column tenant_id type text collate no_case; ${tenantTableSql('project')}
      insert into project values ('BETA', 7, '${SECRET}');`,
    attack: rowsOf('select name from project'),
    server: true,
    found: ['collation-not-exact'],
  },
];
