import type { TenantId } from '@tenantry/core';
import type { SqlSession, TenantDatabase } from '@tenantry/postgres';
import {
  ArtifactFaultyError,
  ArtifactLimitError,
  ArtifactStaleError,
  ArtifactUnknownError,
} from '../artifacts/artifact.errors.js';
import type {
  ActiveArtifact,
  ArtifactAccess,
  ArtifactContent,
  ArtifactKind,
  ArtifactState,
  ArtifactVersion,
  DeployedArtifact,
  NewArtifact,
} from '../artifacts/artifact.js';
import type { ArtifactKey, ArtifactQuota, ArtifactStore } from '../artifacts/artifact-store.js';

/** What is needed of `TenantDatabase`: SQL in the data of a named tenant. */
export type ServiceDatabase = Pick<TenantDatabase, 'forTenant'>;

const VERSION = 'version, sha256, language, state, fault, created_at as "createdAt"';

/** One lock for a tenant's names, in a statement of its own: the snapshot of the next one must be newer. */
const LOCK = `select pg_advisory_xact_lock(hashtextextended('services of ' || current_setting('tenantry.tenant_id'), 0))`;

type NameRow = Omit<DeployedArtifact, 'versions'>;

/** Artifacts in PostgreSQL. No statement names a tenant: each runs in the named tenant's data, whatever keeps that apart. */
export class PostgresArtifactStore implements ArtifactStore {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  add(key: ArtifactKey, artifact: NewArtifact, { names, versions }: ArtifactQuota): Promise<ArtifactVersion> {
    return this.#database.forTenant(key.tenantId).transaction(async (tx) => {
      await tx.query(LOCK, []);
      await ensureName(tx, key, names);
      const added = (await replaced(tx, key, artifact)) ?? (await inserted(tx, key, artifact));
      await prune(tx, key, versions);
      return added;
    });
  }

  async list(tenantId: TenantId, kind: ArtifactKind): Promise<readonly DeployedArtifact[]> {
    const sql = this.#database.forTenant(tenantId);
    const names = await sql.query<NameRow>(
      'select name, active, access from service_names where kind = $1 order by name',
      [kind],
    );
    const text = `select name, ${VERSION} from service_artifacts where kind = $1 order by name, version desc`;
    const { rows } = await sql.query<ArtifactVersion & { readonly name: string }>(text, [kind]);
    const versions = new Map<string, ArtifactVersion[]>();
    for (const { name, ...version } of rows) versions.set(name, [...(versions.get(name) ?? []), version]);
    return names.rows.map((row) => ({ ...row, versions: versions.get(row.name) ?? [] }));
  }

  async active(tenantId: TenantId, kind: ArtifactKind): Promise<readonly ActiveArtifact[]> {
    const text =
      'select name, active as version, access from service_names where kind = $1 and active is not null order by name';
    return (await this.#database.forTenant(tenantId).query<ActiveArtifact>(text, [kind])).rows;
  }

  async find({ tenantId, kind, name }: ArtifactKey, version: number): Promise<ArtifactContent | null> {
    const text = `select ${VERSION}, source, code, manifest from service_artifacts where kind = $1 and name = $2 and version = $3`;
    const { rows } = await this.#database.forTenant(tenantId).query<ArtifactContent>(text, [kind, name, version]);
    return rows[0] ?? null;
  }

  activate(key: ArtifactKey, version: number, expected?: number | null): Promise<void> {
    const { tenantId, kind, name } = key;
    return this.#database.forTenant(tenantId).transaction(async (tx) => {
      // The name's row is locked first: a version is not deleted by quota meanwhile.
      const named = 'select active from service_names where kind = $1 and name = $2 for update';
      const [current] = (await tx.query<{ active: number | null }>(named, [kind, name])).rows;
      const text = 'select state from service_artifacts where kind = $1 and name = $2 and version = $3';
      const [found] = (await tx.query<{ state: ArtifactState }>(text, [kind, name, version])).rows;
      if (current === undefined || found === undefined) throw new ArtifactUnknownError(key, version);
      if (found.state === 'faulty') throw new ArtifactFaultyError(key, version);
      if (expected !== undefined && current.active !== expected) throw new ArtifactStaleError(key);
      await tx.query('update service_names set active = $3 where kind = $1 and name = $2', [kind, name, version]);
    });
  }

  async deactivate({ tenantId, kind, name }: ArtifactKey): Promise<boolean> {
    const text = 'update service_names set active = null where kind = $1 and name = $2 and active is not null';
    return (await this.#database.forTenant(tenantId).query(text, [kind, name])).rowCount > 0;
  }

  async remove({ tenantId, kind, name }: ArtifactKey): Promise<boolean> {
    const text = 'delete from service_names where kind = $1 and name = $2';
    return (await this.#database.forTenant(tenantId).query(text, [kind, name])).rowCount > 0;
  }

  async setAccess(key: ArtifactKey, access: ArtifactAccess): Promise<void> {
    const text = 'update service_names set access = $3 where kind = $1 and name = $2';
    const { rowCount } = await this.#database.forTenant(key.tenantId).query(text, [key.kind, key.name, access]);
    if (rowCount === 0) throw new ArtifactUnknownError(key);
  }

  async removeAll(tenantId: TenantId): Promise<void> {
    await this.#database.forTenant(tenantId).query('delete from service_names', []);
  }
}

async function ensureName(tx: SqlSession, key: ArtifactKey, limit: number): Promise<void> {
  const text = `insert into service_names (kind, name)
    select $1, $2 where (select count(*) from service_names where kind = $1) < $3::int
      or exists (select from service_names where kind = $1 and name = $2)
    on conflict (tenant_id, kind, name) do update set name = excluded.name`;
  const { rowCount } = await tx.query(text, [key.kind, key.name, limit]);
  if (rowCount === 0) throw new ArtifactLimitError(key, limit);
}

/** The same content again: a new verdict for the version that it has. */
async function replaced(
  tx: SqlSession,
  { kind, name }: ArtifactKey,
  artifact: NewArtifact,
): Promise<ArtifactVersion | undefined> {
  const text = `update service_artifacts set code = $5, manifest = $6, state = $7, fault = $8
    where kind = $1 and name = $2 and sha256 = $3 and language = $4 returning ${VERSION}`;
  const { sha256, language, code, manifest, state, fault } = artifact;
  const values = [kind, name, sha256, language, code, jsonOf(manifest), state, jsonOf(fault)];
  return (await tx.query<ArtifactVersion>(text, values)).rows[0];
}

async function inserted(tx: SqlSession, { kind, name }: ArtifactKey, artifact: NewArtifact): Promise<ArtifactVersion> {
  const text = `with next as (
      update service_names set last_version = last_version + 1 where kind = $1 and name = $2 returning last_version
    ) insert into service_artifacts (kind, name, version, sha256, language, source, code, manifest, state, fault)
    select $1, $2, last_version, $3, $4, $5, $6, $7::json, $8, $9::json from next returning ${VERSION}`;
  const { sha256, language, source, code, manifest, state, fault } = artifact;
  const values = [kind, name, sha256, language, source, code, jsonOf(manifest), state, jsonOf(fault)];
  const [row] = (await tx.query<ArtifactVersion>(text, values)).rows;
  if (row === undefined) throw new Error('The version was not recorded.');
  return row;
}

async function prune(tx: SqlSession, { kind, name }: ArtifactKey, keep: number): Promise<void> {
  const text = `delete from service_artifacts where kind = $1 and name = $2 and version in (
      select a.version from service_artifacts a join service_names n using (tenant_id, kind, name)
      where a.kind = $1 and a.name = $2
      order by (a.version is not distinct from n.active) desc, a.version desc offset $3::int
    )`;
  await tx.query(text, [kind, name, keep]);
}

function jsonOf(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
