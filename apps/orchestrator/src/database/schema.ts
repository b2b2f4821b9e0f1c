import { SERVICE_TABLES } from '@tenantry/services/postgres';
import { IDENTITY_TABLES } from '@tenantry/identity/postgres';

/** The tables of this application, every one of them a tenant's: under row-level security, with keys that start with `tenant_id`. */
export const OWN_TABLES: readonly string[] = ['projects', 'cloud_accounts', ...SERVICE_TABLES];

/** All tables with rows of tenants. */
export const TENANT_TABLES: readonly string[] = [...OWN_TABLES, ...IDENTITY_TABLES];

/*
 * `tenant_id` fills itself in from the transaction's tenant, so that no statement of the application ever names it.
 * Row-level security refuses any other value.
 */
const TENANT_COLUMN = `tenant_id text not null default nullif(current_setting('tenantry.tenant_id', true), '')`;

/** Creates the tables that are missing. Their policies come from `tenantTableSql`. */
export const CREATE_TABLES: readonly string[] = [
  `create table if not exists projects (
     ${TENANT_COLUMN},
     id uuid not null default gen_random_uuid(),
     name text not null,
     description text not null default '',
     created_at timestamptz(3) not null default now(),
     updated_at timestamptz(3) not null default now(),
     primary key (tenant_id, id)
   )`,
  'create index if not exists projects_by_age on projects (tenant_id, created_at, id)',
  `create table if not exists cloud_accounts (
     ${TENANT_COLUMN},
     client_id text not null,
     client_secret text not null,
     primary key (tenant_id)
   )`,
];
