const TENANT = `tenant_id text not null default nullif(current_setting('tenantry.tenant_id', true), '')`;

/** One step of the schema. Never changed once released; a correction is a further step. */
export interface ServicesMigration {
  /** 1, 2, 3, ... without gaps. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** The tables of this package, every one of them under row-level security. */
export const SERVICE_TABLES: readonly string[] = ['service_names', 'service_artifacts', 'service_values'];

/*
 * Keys start with tenant_id: their violation names nothing of another tenant. A name's row outlives its versions'
 * deletion by quota, and numbers are never used again.
 */
const ARTIFACTS = `
  create table service_names (
    ${TENANT},
    kind text collate "C" not null,
    name text collate "C" not null,
    active integer,
    access text not null default 'signed-in',
    last_version integer not null default 0,
    primary key (tenant_id, kind, name)
  );
  create table service_artifacts (
    ${TENANT},
    kind text collate "C" not null,
    name text collate "C" not null,
    version integer not null,
    sha256 text not null,
    language text not null check (language in ('javascript', 'typescript')),
    source text not null,
    code text not null,
    manifest json,
    state text not null check (state in ('staged', 'faulty')),
    fault json,
    created_at timestamptz(3) not null default now(),
    primary key (tenant_id, kind, name, version),
    unique (tenant_id, kind, name, sha256, language),
    foreign key (tenant_id, kind, name) references service_names on delete cascade
  );`;

const VALUES = `
  create table service_values (
    ${TENANT},
    key text collate "C" not null,
    value text not null,
    bytes integer not null,
    updated_at timestamptz(3) not null default now(),
    primary key (tenant_id, key)
  );`;

/** The steps, in order. */
export const SERVICES_MIGRATIONS: readonly ServicesMigration[] = [
  { version: 1, name: 'artifacts', sql: ARTIFACTS },
  { version: 2, name: 'values', sql: VALUES },
];
