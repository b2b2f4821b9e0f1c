import { tenantTableSql } from '@tenantry/postgres';
import { rowsOf, SECRET } from './attack.js';
import { PLACES, RIGHTS } from './attacks-by-rights.js';
import type { Attack } from './attack.js';
import type { Bench } from './benches.js';

/** Membership that neither inherits nor may be assumed, but administered: where a server distinguishes these. */
const administered = (group: string, member: string): string => `
  alter role ${member} noinherit;
  do $$ begin if current_setting('server_version_num')::int < 160000 then grant ${group} to ${member} with admin option;
    else execute 'grant ${group} to ${member} with admin true, inherit false, set false'; end if; end $$;`;

const assumed = ({ thirdRole, appRole }: Bench): string =>
  `alter role ${appRole} noinherit; grant ${thirdRole} to ${appRole};`;

/** What only another role may use, which the application may become. */
const OTHER_ROLES: readonly Attack[] = [
  {
    what: 'a view of a role that can be assumed, not inherited',
    sql: (b) =>
      `create view v as select * from project; grant select on v to ${b.thirdRole}; ${assumed(b)}
        grant select on project to ${b.thirdRole};`,
    attack: (tx, b) => rowsOf(`set local role ${b.thirdRole}`, 'select name from v')(tx, b),
    found: ['view-not-checked'],
  },
  {
    what: 'a materialized view of a role that can be assumed',
    sql: (b) =>
      `create materialized view m as select * from project; grant select on m to ${b.thirdRole}; ${assumed(b)}
        grant select on project to ${b.thirdRole}; refresh materialized view m;`,
    attack: (tx, b) => rowsOf(`set local role ${b.thirdRole}`, 'select name from m')(tx, b),
    found: ['view-not-checked'],
  },
  {
    what: 'a table of a role that can be administered',
    sql: (b) => `create table side (tenant_id text not null, name text); insert into side values ('acme', '${SECRET}');
      grant select on side to ${b.thirdRole}; ${administered(b.thirdRole, b.appRole)}`,
    attack: (tx, b) =>
      rowsOf(`grant ${b.thirdRole} to ${b.appRole}`, `set local role ${b.thirdRole}`, 'select name from side')(tx, b),
    found: ['table-not-listed'],
    server: true,
  },
  {
    what: 'a rule, and a function, for a role that can be assumed',
    sql: (b) => `create schema shut; grant usage on schema shut to ${b.thirdRole}; ${assumed(b)}
      create table shut.inbox (x text); grant delete on shut.inbox to ${b.thirdRole};
      create rule peek as on delete to shut.inbox do instead select name from project;
      create function shut.f() returns text security definer language sql as 'select string_agg(name, '','') from project';`,
    attack: (tx, b) => rowsOf(`set local role ${b.thirdRole}`, 'select shut.f()')(tx, b),
    found: ['rule-past-rls', 'function-past-rls'],
  },
  {
    what: 'a bypassing role that can be administered, by the grant of another role',
    sql: (b) => `alter role ${b.thirdRole} bypassrls; grant select on project to ${b.thirdRole};
      grant usage on schema public to ${b.thirdRole}; grant ${b.thirdRole} to ${b.ownerRole} with admin option;
      set role ${b.ownerRole}; ${administered(b.thirdRole, b.appRole).replace(/alter role .*?;/, '')} reset role;`,
    attack: (tx, b) =>
      rowsOf(
        `grant ${b.thirdRole} to ${b.appRole}`,
        `set local role ${b.thirdRole}`,
        'select name from project',
      )(tx, b),
    found: ['role-can-assume'],
    server: true,
  },
];

/** Functions that run with more rights than who caused them to. */
const FUNCTIONS: readonly Attack[] = [
  ...[
    ['of a superuser', ''],
    ['of the owner of a table that is not forced', 'alter table project no force row level security;'],
  ].map(([what = '', also = ''], index): Attack => ({
    what: `a trigger function ${what}, which no role may EXECUTE`,
    sql: (b) => `create table inbox (x text); grant insert, select on inbox to ${b.appRole}; ${also}
      create function f() returns trigger security definer language plpgsql as
        $$ begin new.x := (select string_agg(name, ',') from project); return new; end $$;
      revoke execute on function f() from public; ${also && `alter function f() owner to ${b.ownerRole};`}
      create trigger copying before insert on inbox for each row execute function f();`,
    attack: rowsOf(`insert into inbox values ('') returning x`),
    found: index === 0 ? ['trigger-past-rls'] : ['not-forced', 'trigger-past-rls'],
  })),
  {
    what: 'a trigger function that puts the name of its table together',
    sql: () => `create function f() returns trigger security definer language plpgsql as
        $$ begin execute format('select string_agg(name, '','') from %I', tg_table_name) into new.name; return new; end $$;
      revoke execute on function f() from public;
      create trigger copying before insert on project for each row execute function f();`,
    attack: rowsOf(`insert into project values ('beta', 2, '') returning name`),
    found: ['trigger-past-rls'],
  },
  {
    what: 'an event trigger, which every temporary table fires',
    sql: (b) => `create table log (x text); grant select on log to ${b.appRole};
      create function f() returns event_trigger security definer language plpgsql as
        $$ begin insert into log select name from project; end $$;
      revoke execute on function f() from public;
      create event trigger copying on ddl_command_end when tag in ('CREATE TABLE') execute function f();`,
    attack: rowsOf('create temporary table t ()', 'select x from log'),
    found: ['trigger-past-rls'],
  },
  {
    what: 'a view and a function over a table that the role may not use itself',
    sql: (b) => `create table hidden (tenant_id text not null, name text); ${tenantTableSql('hidden')}
      insert into hidden values ('acme', '${SECRET}'); create view v as select * from hidden; grant select on v to ${b.appRole};
      create function f() returns text security definer language sql as 'select string_agg(name, '','') from hidden';`,
    attack: rowsOf(`select name from v union all select f()`),
    found: ['view-not-checked', 'function-past-rls'],
  },
  {
    what: 'a function marked LEAKPROOF, which reads a row before its policy does',
    sql: () => `create function leaking(text) returns boolean leakproof cost 0.0001 language plpgsql as
      $$ begin if $1 like 'secret%' then raise exception 'it is %', $1; end if; return true; end $$;`,
    attack: rowsOf(
      'set local enable_indexscan = off',
      'set local enable_bitmapscan = off',
      'select id from project where leaking(name)',
    ),
    found: ['function-leakproof'],
  },
];

/** Ways to other tenants' rows, each with its finding. */
export const ATTACKS: readonly Attack[] = [...OTHER_ROLES, ...FUNCTIONS, ...RIGHTS, ...PLACES];
