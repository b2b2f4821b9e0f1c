import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { TenantId } from '@tenantry/core';
import type { ServiceRuntime, ServiceSource, Validation } from '../engine/service-engine.js';
import type { ServiceLimits } from '../kernel/service-limits.js';
import { ArtifactInvalidError, ArtifactTooLargeError, ArtifactUnknownError } from './artifact.errors.js';
import { isArtifactAccess, isArtifactName } from './artifact.js';
import type { ArtifactAccess, ArtifactContent, ArtifactVersion, DeployedArtifact, NewArtifact } from './artifact.js';
import type { ArtifactKey, ArtifactStore } from './artifact-store.js';
import type { ServiceDirectory } from './service-directory.js';

/** What deployments need of a tenant's services. */
export interface DeploymentTenants {
  /** Uses the tenant's runtime. */
  use<R>(tenantId: TenantId, fn: (runtime: ServiceRuntime) => Promise<R>): Promise<R>;
  limitsOf(tenantId: TenantId): Promise<ServiceLimits>;
}

/** A source that is uploaded. */
export interface Upload {
  /** The bytes of the source, in UTF-8. */
  readonly bytes: Uint8Array;
  readonly language: ServiceSource['language'];
}

/** Uploads, activates, rolls back and removes the services of tenants. A version that fails to load never touches the active one. */
export class ServiceDeployments {
  readonly #store: ArtifactStore;
  readonly #directory: ServiceDirectory;
  readonly #tenants: DeploymentTenants;

  constructor(store: ArtifactStore, directory: ServiceDirectory, tenants: DeploymentTenants) {
    this.#store = store;
    this.#directory = directory;
    this.#tenants = tenants;
  }

  /**
   * Validates and records a version; the same source again keeps its version, and is validated again.
   *
   * @returns the version, `staged` or `faulty`; it is not active yet
   * @throws `MT_ARTIFACT_INVALID` for a malformed name, an empty source or one that is no UTF-8, `MT_ARTIFACT_TOO_LARGE`,
   *   `MT_ARTIFACT_LIMIT`; nothing is stored then
   */
  async upload(tenantId: TenantId, name: string, { bytes, language }: Upload): Promise<ArtifactVersion> {
    const key = keyOf(tenantId, name);
    const { artifactBytes, services, versionsKept } = await this.#tenants.limitsOf(tenantId);
    if (bytes.byteLength > artifactBytes) throw new ArtifactTooLargeError(tenantId, artifactBytes);
    const source = sourceOf(tenantId, bytes);
    const validation = await this.#tenants.use(tenantId, (runtime) => runtime.validate({ source, language }));
    const artifact = artifactOf(source, language, validation);
    const version = await this.#store.add(key, artifact, { names: services, versions: versionsKept });
    this.#directory.invalidate(tenantId);
    return version;
  }

  /** All services with their versions, the faulty ones too. */
  list(tenantId: TenantId): Promise<readonly DeployedArtifact[]> {
    return this.#store.list(tenantId, 'service');
  }

  /** One version with its source. @throws `MT_ARTIFACT_UNKNOWN` */
  async download(tenantId: TenantId, name: string, version: number): Promise<ArtifactContent> {
    const key = keyOf(tenantId, name);
    const found = await this.#store.find(key, versionOf(tenantId, version));
    if (found === null) throw new ArtifactUnknownError(key, version);
    return found;
  }

  /**
   * Has requests from now on run a version; those in flight finish on the one before.
   *
   * @param expected the version that must be active now, `null` for none; absent = whatever is
   * @throws `MT_ARTIFACT_UNKNOWN`, `MT_ARTIFACT_FAULTY`, `MT_ARTIFACT_STALE`, `MT_ARTIFACT_INVALID`
   */
  async activate(tenantId: TenantId, name: string, version: number, expected?: number | null): Promise<void> {
    await this.#store.activate(keyOf(tenantId, name), versionOf(tenantId, version), expected);
    this.#directory.invalidate(tenantId);
  }

  /**
   * Activates the newest version that is older than the active one and loads.
   *
   * @returns the version that is active now
   * @throws `MT_ARTIFACT_UNKNOWN` where there is none, `MT_ARTIFACT_STALE` where another one was activated meanwhile
   */
  async rollback(tenantId: TenantId, name: string): Promise<number> {
    const key = keyOf(tenantId, name);
    const found = (await this.list(tenantId)).find((each) => each.name === name);
    const active = found?.active ?? null;
    const older = found?.versions.find(
      ({ version, state }) => state === 'staged' && active !== null && version < active,
    );
    if (older === undefined) throw new ArtifactUnknownError(key);
    await this.activate(tenantId, name, older.version, active);
    return older.version;
  }

  /** Takes a service out of use; its versions are kept. @throws `MT_ARTIFACT_UNKNOWN` where it is not in use */
  async undeploy(tenantId: TenantId, name: string): Promise<void> {
    const key = keyOf(tenantId, name);
    if (!(await this.#store.deactivate(key))) throw new ArtifactUnknownError(key);
    await this.#unload(tenantId, name);
  }

  /** Deletes a service with all versions. @throws `MT_ARTIFACT_UNKNOWN` */
  async remove(tenantId: TenantId, name: string): Promise<void> {
    const key = keyOf(tenantId, name);
    if (!(await this.#store.remove(key))) throw new ArtifactUnknownError(key);
    await this.#unload(tenantId, name);
  }

  /** Says who may call a service. @throws `MT_ARTIFACT_INVALID`, `MT_ARTIFACT_UNKNOWN` */
  async secure(tenantId: TenantId, name: string, access: ArtifactAccess): Promise<void> {
    const allowed = 'Allowed: "public", "signed-in", "permission:NAME".';
    if (!isArtifactAccess(access)) throw new ArtifactInvalidError(tenantId, `The access is not valid. ${allowed}`);
    await this.#store.setAccess(keyOf(tenantId, name), access);
    this.#directory.invalidate(tenantId);
  }

  async #unload(tenantId: TenantId, name: string): Promise<void> {
    this.#directory.invalidate(tenantId);
    await this.#tenants.use(tenantId, (runtime) => runtime.unload(name));
  }
}

function keyOf(tenantId: TenantId, name: string): ArtifactKey {
  if (isArtifactName(name)) return { tenantId, kind: 'service', name };
  const text = 'The name is not valid: a letter, then up to 62 letters, digits, "_" or "-".';
  throw new ArtifactInvalidError(tenantId, text);
}

function versionOf(tenantId: TenantId, version: number): number {
  if (Number.isInteger(version) && version > 0 && version < 2 ** 31) return version;
  throw new ArtifactInvalidError(tenantId, 'The version is no integer from 1 on.');
}

function sourceOf(tenantId: TenantId, bytes: Uint8Array): string {
  try {
    const source = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (source.trim() !== '' && !source.includes('\0')) return source;
  } catch {
    // Answered below, as any other content that is no source.
  }
  throw new ArtifactInvalidError(
    tenantId,
    'The artifact is no source text in UTF-8. Upload JavaScript or TypeScript; bytecode is not accepted.',
  );
}

function artifactOf(source: string, language: ServiceSource['language'], validation: Validation): NewArtifact {
  const sha256 = createHash('sha256').update(Buffer.from(source)).digest('hex');
  return validation.isValid
    ? { source, language, sha256, state: 'staged', code: validation.code, manifest: validation.manifest, fault: null }
    : { source, language, sha256, state: 'faulty', code: '', manifest: null, fault: validation.error };
}
