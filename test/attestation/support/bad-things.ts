import { tenantTableSql } from '@tenantry/postgres';
import type { IsolationFindingKind } from '@tenantry/postgres';
import type { Bench } from './benches.js';

const OWN = `tenant_id = nullif(current_setting('tenantry.tenant_id', true), '')`;

/** Something that is wrong with a database that was in order. */
export interface BadThing {
  readonly what: string;
  readonly sql: (bench: Bench) => string;
  /** Tables to attest beside `project`. */
  readonly tables?: readonly string[];
  /** What is found, in order; those with `by hand` have no SQL. */
  readonly found: readonly (IsolationFindingKind | `${IsolationFindingKind} by hand`)[];
}

/** A database in order: one table, its owner, and a role that may read and write. */
export function goodDatabaseSql({ appRole, ownerRole, thirdRole }: Bench): string {
  return `
    select lo_unlink(oid) from pg_largeobject_metadata; drop schema if exists shut, mine cascade; drop schema public cascade; create schema public; grant usage on schema public to public;
    alter role ${appRole} nosuperuser nobypassrls noreplication nocreaterole inherit; alter role ${ownerRole} nobypassrls;
    alter role ${thirdRole} nobypassrls;
    revoke ${ownerRole}, ${thirdRole}, pg_execute_server_program, pg_read_server_files from ${appRole} cascade;
    revoke ${ownerRole} from ${thirdRole} cascade;
    grant create on schema public to ${ownerRole};
    create table project (tenant_id text not null, id int not null, name text, primary key (tenant_id, id));
    ${tenantTableSql('project')}
    alter table project owner to ${ownerRole};
    grant select, insert, update, delete on project to ${appRole};`;
}

const newPolicy = (policy: string): string =>
  `drop policy tenant_isolation on project; create policy p on project ${policy};`;

/** The role and who it can become. */
const ROLES: readonly BadThing[] = [
  { what: 'a superuser', sql: (b) => `alter role ${b.appRole} superuser`, found: ['role-superuser'] },
  { what: 'BYPASSRLS', sql: (b) => `alter role ${b.appRole} bypassrls`, found: ['role-bypasses-rls'] },
  {
    what: 'a member of a bypassing role, through another',
    sql: (b) => `alter role ${b.ownerRole} bypassrls; alter table project owner to current_user;
      grant ${b.ownerRole} to ${b.thirdRole}; grant ${b.thirdRole} to ${b.appRole};`,
    found: ['role-can-assume', 'privilege-create'],
  },
  {
    what: 'a member without inheritance, who can assume a bypassing role',
    sql: (b) =>
      `alter role ${b.thirdRole} bypassrls; alter role ${b.appRole} noinherit; grant ${b.thirdRole} to ${b.appRole};`,
    found: ['role-can-assume'],
  },
  { what: 'an owner', sql: (b) => `alter table project owner to ${b.appRole}`, found: ['role-owns-table'] },
  {
    what: 'a member of the owner',
    sql: (b) => `grant ${b.ownerRole} to ${b.appRole}; revoke create on schema public from ${b.ownerRole};`,
    found: ['role-owns-table'],
  },
  {
    what: 'an owner without FORCE',
    sql: (b) => `alter table project owner to ${b.appRole}; alter table project no force row level security;`,
    found: ['owner-not-forced', 'role-owns-table'],
  },
];

/** Tables, and what belongs to them. */
const TABLES: readonly BadThing[] = [
  { what: 'a missing table', sql: () => '', tables: ['none'], found: ['table-missing by hand'] },
  {
    what: 'row-level security off',
    sql: () => 'alter table project disable row level security',
    found: ['rls-disabled'],
  },
  { what: 'no FORCE', sql: () => 'alter table project no force row level security', found: ['not-forced'] },
  {
    what: 'an unlisted table',
    sql: (b) =>
      `create table "Of ""tenants""" (tenant_id uuid, id int); grant select on "Of ""tenants""" to ${b.appRole};`,
    found: ['table-not-listed'],
  },
  {
    what: 'an unlisted table whose column cannot be compared',
    sql: (b) => `create table other (tenant_id int); grant select (tenant_id) on other to ${b.appRole};`,
    found: ['table-not-listed by hand'],
  },
  {
    what: 'a partition that can be read past its table',
    sql: (b) => `create table event (tenant_id text not null) partition by list (tenant_id); ${tenantTableSql('event')}
      create table event_a partition of event default; grant select on event, event_a to ${b.appRole};`,
    tables: ['event'],
    found: ['partition-unprotected'],
  },
  {
    what: 'a partition of a listed table that has another column for the tenant',
    sql: (b) => `create table ledger (org text, id int) partition by list (org);
      create policy p on ledger using (org = current_setting('tenantry.tenant_id')) with check (org = current_setting('tenantry.tenant_id'));
      alter table ledger enable row level security; alter table ledger force row level security;
      create table ledger_a partition of ledger default; grant select on ledger, ledger_a to ${b.appRole};`,
    tables: ['ledger'],
    found: ['partition-unprotected by hand'],
  },
  {
    what: 'a child that can be read past its parent',
    sql: (b) => `create table old_project () inherits (project); grant select on old_project to ${b.appRole};`,
    found: ['partition-unprotected'],
  },
  {
    what: 'a parent, and one above it, that show the rows of their child',
    sql: (b) => `create table root (id int); create table base (body text) inherits (root);
      create table note (tenant_id text not null) inherits (base); ${tenantTableSql('note')}
      create table sibling () inherits (root);
      grant select on root, base, note, sibling to ${b.appRole};`,
    tables: ['note'],
    found: ['parent-unprotected by hand', 'parent-unprotected by hand'],
  },
  {
    what: 'a partitioned table of a listed partition',
    sql: (b) => `create table event (tenant_id text not null) partition by list (tenant_id);
      create table event_a partition of event default; ${tenantTableSql('event_a')}
      grant select on event to ${b.appRole};`,
    tables: ['event_a'],
    found: ['table-not-listed'],
  },
  {
    what: 'TRUNCATE of the role',
    sql: (b) => `grant truncate on project to ${b.appRole}`,
    found: ['privilege-truncate'],
  },
  { what: 'TRUNCATE of PUBLIC', sql: () => 'grant truncate on project to public', found: ['privilege-truncate'] },
  {
    what: 'REFERENCES and TRIGGER, through a membership',
    sql: (b) => `grant references, trigger on project to ${b.thirdRole}; grant ${b.thirdRole} to ${b.appRole};`,
    found: ['privilege-trigger', 'privilege-needless'],
  },
  {
    what: 'MAINTAIN, where there is one, and REFERENCES',
    sql: (b) => `grant references on project to public;
      do $$ begin if current_setting('server_version_num')::int >= 170000 then
        execute 'revoke references on project from public; grant maintain on project to ${b.appRole}'; end if; end $$;`,
    found: ['privilege-needless'],
  },
  {
    what: 'a collation that takes different ids for the same, under policies of one’s own',
    sql: () => `create collation no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      drop policy tenant_isolation on project;
      alter table project alter column tenant_id type text collate no_case;
      create policy p on project using (${OWN}) with check (${OWN});`,
    found: ['collation-not-exact by hand'],
  },
];

/** Policies. */
const POLICIES: readonly BadThing[] = [
  { what: 'no policy', sql: () => 'drop policy tenant_isolation on project', found: ['policy-missing'] },
  {
    what: 'a restrictive policy alone',
    sql: () => newPolicy(`as restrictive using (${OWN})`),
    found: ['policy-missing'],
  },
  {
    what: 'a policy of another role alone',
    sql: (b) => newPolicy(`to ${b.thirdRole} using (${OWN}) with check (${OWN})`),
    found: ['policy-missing'],
  },
  { what: 'a policy for one command', sql: () => newPolicy(`for select using (${OWN})`), found: ['policy-incomplete'] },
  { what: 'no WITH CHECK', sql: () => newPolicy(`using (${OWN})`), found: ['policy-without-check'] },
  ...[
    'create policy p on project for select using (true)',
    'create policy p on project for insert with check (true)',
    `create policy p on project using (${OWN}) with check (true)`,
    `create policy p on project for select using (${OWN} or name = 'public')`,
    `create policy p on project for delete using (coalesce(current_setting('tenantry.tenant_id', true), tenant_id) = tenant_id)`,
    `create policy p on project for select using (current_setting('tenantry.tenant_id', true) is null or ${OWN} or name is null)`,
    `create policy p on project for select using (current_setting('tenantry.tenant_id', true) is null or ${OWN})`,
  ].map((sql): BadThing => ({ what: sql, sql: () => sql, found: ['policy-not-bound-to-tenant'] })),
  {
    what: 'a policy of a role that can be assumed, not inherited',
    sql: (b) =>
      `create policy p on project for select to ${b.thirdRole} using (true); alter role ${b.appRole} noinherit; grant ${b.thirdRole} to ${b.appRole};`,
    found: ['policy-not-bound-to-tenant'],
  },
  ...[
    `tenant_id = evil.current_setting('tenantry.tenant_id')`,
    `false = (tenant_id = current_setting('tenantry.tenant_id'))`,
    `(id > 0) = (tenant_id = current_setting('tenantry.tenant_id'))`,
    `tenant_id = regexp_replace(current_setting('tenantry.tenant_id'), '.*', 'b')`,
    `tenant_id = greatest(current_setting('tenantry.tenant_id'), 'b')`,
    `tenant_id = (select max(x) from (values ('b')) v(x) where current_setting('tenantry.tenant_id') is not null)`,
    `name = concat('b', nullif(current_setting('tenantry.tenant_id'), current_setting('tenantry.tenant_id')))`,
    `tenant_id = current_setting('tenantry.tenant_id')::varchar(1)`,
  ].map((using): BadThing => ({
    what: `using (${using})`,
    sql: () => `drop schema if exists evil cascade; create schema evil;
        create function evil.current_setting(text) returns text language sql as $$ select 'b' $$;
        create policy p on project for select using (${using})`,
    found: ['policy-not-understood by hand'],
  })),
  {
    what: 'a policy that is no comparison',
    sql: () =>
      `create policy p on project for select using (position(tenant_id in current_setting('tenantry.tenant_id', true)) > 0)`,
    found: ['policy-not-understood by hand'],
  },
  ...[
    [`nullif(current_setting('tenantry.tenant_id'), '')`, 'an operator that NULLIF does not show'],
    [
      `current_setting('tenantry.tenant_id') and tenant_id is distinct from 'x'`,
      'an operator that IS DISTINCT FROM does not show',
    ],
  ].map(([value = '', what = '']): BadThing => ({
    what,
    sql: () => `drop schema if exists evil cascade; create schema evil;
      create function evil.same(text, text) returns boolean language sql as 'select true';
      create operator evil.= (leftarg = text, rightarg = text, function = evil.same);
      set search_path = evil, pg_catalog, public;
      create policy p on project for select using (tenant_id operator(pg_catalog.=) ${value});
      reset search_path;`,
    found: ['policy-not-understood by hand'],
  })),
];

/** Views and functions. */
const READERS: readonly BadThing[] = [
  {
    what: 'a view with its owner’s rights, and a view over it',
    sql: (b) =>
      `create view v as select * from project; create view w as select * from v; grant select on v, w to ${b.appRole};`,
    found: ['view-not-checked', 'view-not-checked'],
  },
  {
    what: 'a materialized view',
    sql: (b) => `create materialized view m as select * from project; grant select on m to ${b.appRole};`,
    found: ['view-not-checked'],
  },
  {
    what: 'a listed view',
    sql: () => 'create view v as select * from project',
    tables: ['v'],
    found: ['view-not-checked'],
  },
  {
    what: 'a view over a parent that the role may not use itself',
    sql: (b) => `create table base (id int); create table note (tenant_id text not null) inherits (base);
      ${tenantTableSql('note')} create view v as select * from base; grant select on v to ${b.appRole};`,
    tables: ['note'],
    found: ['view-not-checked'],
  },
  {
    what: 'rules that write and show rows with the rights of an owner',
    sql: (b) => `create table inbox (x text); grant select, update, delete on inbox to ${b.appRole};
      create rule poke as on update to inbox do instead update project set name = new.x;
      create rule "peek ""it" as on delete to inbox do instead select * from project;`,
    found: ['rule-past-rls', 'rule-past-rls'],
  },
  {
    what: 'rules on a table of tenants and on a view that checks its reader',
    sql: (
      b,
    ) => `create view v with (security_invoker = true) as select * from project; grant select, update on v to ${b.appRole};
      create rule poke as on update to v do instead update project set name = new.name;
      create rule poke as on delete to project do instead update project set name = 'gone';`,
    found: ['rule-past-rls', 'rule-past-rls'],
  },
  {
    what: 'a function with the rights of a superuser, which has the table in its text',
    sql: () =>
      `create function f(a int, b text) returns bigint security definer language sql as 'select count(*) from project'`,
    found: ['function-past-rls'],
  },
  {
    what: 'a function with the rights of a superuser, in standard SQL',
    sql: () =>
      `create function "F g"() returns bigint security definer language sql begin atomic select count(*) from project; end`,
    found: ['function-past-rls'],
  },
  {
    what: 'a function with the rights of a superuser, which reads the table through views',
    sql: () =>
      `create view inner_view as select * from project; create view outer_view with (security_invoker = true) as select * from inner_view;
       create function f() returns bigint security definer language plpgsql as 'begin return (select count(*) from outer_view); end'`,
    found: ['function-past-rls'],
  },
  {
    what: 'a function with the rights of a superuser, in standard SQL, which reads a materialized view',
    sql: () =>
      `create materialized view copied as select * from project;
       create function f() returns bigint security definer language sql begin atomic select count(*) from copied; end`,
    found: ['function-past-rls'],
  },
  {
    what: 'a function with the rights of a superuser, which calls plain functions that read the table',
    sql: () =>
      `create function reads() returns bigint language sql as 'select count(*) from project';
       create function calls() returns bigint language plpgsql as 'begin return reads(); end';
       create function f() returns bigint security definer language plpgsql as 'begin return calls(); end'`,
    found: ['function-past-rls'],
  },
  {
    what: 'a function of a bound role, which reads a view with the rights of a superuser',
    sql: ({ thirdRole }) =>
      `create view all_projects as select * from project; grant select on all_projects to ${thirdRole};
       create function f() returns bigint security definer language sql as 'select count(*) from all_projects';
       grant create on schema public to ${thirdRole}; alter function f() owner to ${thirdRole}; revoke create on schema public from ${thirdRole}`,
    found: ['function-past-rls'],
  },
];

/** Keys. */
const KEYS: readonly BadThing[] = [
  { what: 'a unique constraint', sql: () => 'alter table project add unique (name)', found: ['unique-without-tenant'] },
  {
    what: 'a unique index',
    sql: () => `create unique index "by ""name""" on project (lower(name)) where name <> 'x'`,
    found: ['unique-without-tenant'],
  },
  {
    what: 'an exclusion constraint',
    sql: () => 'alter table project add exclude using btree (id with =)',
    found: ['unique-without-tenant by hand'],
  },
  {
    what: 'a foreign key',
    sql: (b) => `alter table project add unique (id);
      create table task (tenant_id text not null, id int, project int references project (id) on delete set null,
        primary key (tenant_id, id));
      ${tenantTableSql('task')} grant select on task to ${b.appRole};`,
    tables: ['task'],
    found: ['unique-without-tenant', 'foreign-key-without-tenant'],
  },
  {
    what: 'a foreign key from a table without tenants',
    sql: () => 'alter table project add unique (id); create table task (id int, project int references project (id));',
    found: ['unique-without-tenant by hand', 'foreign-key-without-tenant by hand'],
  },
];

/** One of every kind, but what depends on the connection or on the server's version. */
export const BAD_THINGS: readonly BadThing[] = [...ROLES, ...TABLES, ...POLICIES, ...READERS, ...KEYS];
