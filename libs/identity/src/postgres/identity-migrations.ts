import type { SchemaMigration } from '@tenantry/postgres';
import { SESSIONS, TENANT_COLUMN } from './session-migration.js';

/** Every table with rows of tenants; the schema is part of the name. */
export const IDENTITY_TABLES: readonly string[] = [
  'tenantry_identity.account',
  'tenantry_identity.account_role',
  'tenantry_identity.api_key',
  'tenantry_identity.credential',
  'tenantry_identity.role',
  'tenantry_identity.role_permission',
  'tenantry_identity.session',
  'tenantry_identity.tenant_session',
];

/*
 * Names are checked here once more: what reaches the tables by another way is bound by the same rules. `permission` is the
 * vocabulary of the code and the same for all tenants; its level is part of the key, so that a role of a tenant cannot refer to a
 * platform permission.
 */
const ACCOUNTS = `
  create table tenantry_identity.permission (
    name text collate "C" primary key,
    level text not null check (level in ('tenant', 'platform')),
    unique (name, level)
  );
  create table tenantry_identity.tenant_session (
    ${TENANT_COLUMN},
    epoch integer not null default 1,
    version integer not null default 1,
    last_seen_at timestamptz,
    policy text check (policy in ('reload', 'require-login')),
    idle_ms bigint check (idle_ms > 0),
    primary key (tenant_id)
  );
  create table tenantry_identity.account (
    ${TENANT_COLUMN},
    id uuid not null default gen_random_uuid(),
    kind text not null default 'user' check (kind in ('user', 'machine')),
    store text collate "C" not null default 'PRIMARY' check (store ~ '^[A-Z][A-Z0-9_-]{0,31}$'),
    name text collate "C" not null check (name ~ '^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$'),
    email text collate "C",
    email_verified_at timestamptz,
    external_id text,
    status text not null default 'active' check (status in ('active', 'disabled')),
    epoch integer not null default 1,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, store, name),
    check (email is not null or email_verified_at is null)
  );
  create unique index account_email_key on tenantry_identity.account (tenant_id, email);
  create table tenantry_identity.credential (
    ${TENANT_COLUMN},
    account_id uuid not null,
    hash text not null,
    changed_at timestamptz not null default now(),
    primary key (tenant_id, account_id),
    foreign key (tenant_id, account_id) references tenantry_identity.account (tenant_id, id) on delete cascade
  );
  create table tenantry_identity.role (
    ${TENANT_COLUMN},
    name text collate "C" not null check (name ~ '^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$'),
    administrator boolean not null,
    primary key (tenant_id, name),
    check (administrator = (name = 'admin'))
  );
  create table tenantry_identity.role_permission (
    ${TENANT_COLUMN},
    role text collate "C" not null,
    permission text collate "C" not null,
    level text not null,
    primary key (tenant_id, role, permission),
    foreign key (tenant_id, role) references tenantry_identity.role (tenant_id, name) on delete cascade,
    foreign key (permission, level) references tenantry_identity.permission (name, level),
    check (level = 'tenant' or tenant_id = 'super'),
    check (role <> 'admin')
  );
  create table tenantry_identity.account_role (
    ${TENANT_COLUMN},
    account_id uuid not null,
    role text collate "C" not null,
    granted_by uuid,
    granted_at timestamptz not null default now(),
    primary key (tenant_id, account_id, role),
    foreign key (tenant_id, account_id) references tenantry_identity.account (tenant_id, id) on delete cascade,
    foreign key (tenant_id, role) references tenantry_identity.role (tenant_id, name) on delete cascade
  );
  create index account_role_role_idx on tenantry_identity.account_role (tenant_id, role);`;

/** Every step, in order. */
export const IDENTITY_MIGRATIONS: readonly SchemaMigration[] = [
  { version: 1, name: 'accounts', sql: ACCOUNTS },
  { version: 2, name: 'sessions', sql: SESSIONS },
];
