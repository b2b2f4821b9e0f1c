import type { TenantId } from '@tenantry/core';
import type {
  ActiveArtifact,
  ArtifactAccess,
  ArtifactContent,
  ArtifactKind,
  ArtifactVersion,
  DeployedArtifact,
  NewArtifact,
} from './artifact.js';
import {
  ArtifactFaultyError,
  ArtifactLimitError,
  ArtifactStaleError,
  ArtifactUnknownError,
} from './artifact.errors.js';
import type { ArtifactKey, ArtifactQuota, ArtifactStore } from './artifact-store.js';

interface Named {
  readonly name: string;
  active: number | null;
  access: ArtifactAccess;
  lastVersion: number;
  versions: ArtifactContent[];
}

/** Artifacts in the memory of this process; for tests. */
export class InMemoryArtifactStore implements ArtifactStore {
  readonly #tenants = new Map<TenantId, Map<string, Named>>();

  async add(key: ArtifactKey, artifact: NewArtifact, { names, versions }: ArtifactQuota): Promise<ArtifactVersion> {
    const all = this.#namesOf(key.tenantId, key.kind);
    if (!all.some(({ name }) => name === key.name) && all.length >= names) throw new ArtifactLimitError(key, names);
    const named = this.#named(key) ?? this.#create(key);
    const known = named.versions.find(
      ({ sha256, language }) => sha256 === artifact.sha256 && language === artifact.language,
    );
    const version = known?.version ?? ++named.lastVersion;
    const content = { ...artifact, version, createdAt: known?.createdAt ?? new Date() };
    named.versions = [content, ...named.versions.filter((each) => each !== known)].sort(newestFirst);
    prune(named, versions);
    return withoutContent(content);
  }

  async list(tenantId: TenantId, kind: ArtifactKind): Promise<readonly DeployedArtifact[]> {
    return this.#namesOf(tenantId, kind).map(({ name, active, access, versions }) => ({
      name,
      active,
      access,
      versions: versions.map(withoutContent),
    }));
  }

  async active(tenantId: TenantId, kind: ArtifactKind): Promise<readonly ActiveArtifact[]> {
    return this.#namesOf(tenantId, kind).flatMap(({ name, active, access }) =>
      active === null ? [] : [{ name, version: active, access }],
    );
  }

  async find(key: ArtifactKey, version: number): Promise<ArtifactContent | null> {
    return this.#named(key)?.versions.find((each) => each.version === version) ?? null;
  }

  async activate(key: ArtifactKey, version: number, expected?: number | null): Promise<void> {
    const found = await this.find(key, version);
    const named = this.#named(key);
    if (named === undefined || found === null) throw new ArtifactUnknownError(key, version);
    if (found.state === 'faulty') throw new ArtifactFaultyError(key, version);
    if (expected !== undefined && named.active !== expected) throw new ArtifactStaleError(key);
    named.active = version;
  }

  async deactivate(key: ArtifactKey): Promise<boolean> {
    const named = this.#named(key);
    const wasActive = named !== undefined && named.active !== null;
    if (named !== undefined) named.active = null;
    return wasActive;
  }

  async remove(key: ArtifactKey): Promise<boolean> {
    return this.#tenants.get(key.tenantId)?.delete(`${key.kind}/${key.name}`) ?? false;
  }

  async setAccess(key: ArtifactKey, access: ArtifactAccess): Promise<void> {
    const named = this.#named(key);
    if (named === undefined) throw new ArtifactUnknownError(key);
    named.access = access;
  }

  async removeAll(tenantId: TenantId): Promise<void> {
    this.#tenants.delete(tenantId);
  }

  #named({ tenantId, kind, name }: ArtifactKey): Named | undefined {
    return this.#tenants.get(tenantId)?.get(`${kind}/${name}`);
  }

  #create({ tenantId, kind, name }: ArtifactKey): Named {
    const named: Named = { name, active: null, access: 'signed-in', lastVersion: 0, versions: [] };
    const names = this.#tenants.get(tenantId) ?? new Map<string, Named>();
    this.#tenants.set(tenantId, names.set(`${kind}/${name}`, named));
    return named;
  }

  #namesOf(tenantId: TenantId, kind: ArtifactKind): Named[] {
    const all = [...(this.#tenants.get(tenantId) ?? [])].filter(([key]) => key.startsWith(`${kind}/`));
    return all.map(([, named]) => named).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function prune(named: Named, keep: number): void {
  const inactive = named.versions.filter(({ version }) => version !== named.active);
  const dropped = new Set(inactive.slice(Math.max(0, keep - (named.versions.length - inactive.length))));
  named.versions = named.versions.filter((each) => !dropped.has(each));
}

function newestFirst(a: ArtifactContent, b: ArtifactContent): number {
  return b.version - a.version;
}

function withoutContent({ version, sha256, language, state, fault, createdAt }: ArtifactContent): ArtifactVersion {
  return { version, sha256, language, state, fault, createdAt };
}
