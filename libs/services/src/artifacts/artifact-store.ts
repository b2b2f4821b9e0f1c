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

/** Names an artifact of a tenant. */
export interface ArtifactKey {
  readonly tenantId: TenantId;
  readonly kind: ArtifactKind;
  readonly name: string;
}

/** How much a tenant may keep. */
export interface ArtifactQuota {
  /** Names. */
  readonly names: number;
  /** Versions of a name. */
  readonly versions: number;
}

/**
 * Where artifacts are kept, each tenant's in that tenant's data. `artifactStoreContract` of `@tenantry/services/testing` is its
 * contract. An outage is a rejection, never an absence.
 */
export interface ArtifactStore {
  /**
   * Records a version. A content that the name has already keeps its version, and takes the new state: a faulty one can
   * become staged. Beyond the quota the oldest versions that are not active are deleted.
   *
   * @throws `MT_ARTIFACT_LIMIT` where the tenant has as many names as it may
   */
  add(key: ArtifactKey, artifact: NewArtifact, quota: ArtifactQuota): Promise<ArtifactVersion>;
  /** All names of a kind, in the order of their code points. */
  list(tenantId: TenantId, kind: ArtifactKind): Promise<readonly DeployedArtifact[]>;
  /** The active version of each name that has one. */
  active(tenantId: TenantId, kind: ArtifactKind): Promise<readonly ActiveArtifact[]>;
  /** One version; `null` = there is none. */
  find(key: ArtifactKey, version: number): Promise<ArtifactContent | null>;
  /**
   * Activates a version, in one step.
   *
   * @param expected the version that must be active now, `null` for none; absent = whatever is
   * @throws `MT_ARTIFACT_UNKNOWN`, `MT_ARTIFACT_FAULTY`, `MT_ARTIFACT_STALE` where another one is active
   */
  activate(key: ArtifactKey, version: number, expected?: number | null): Promise<void>;
  /** Has no version be active; they are kept. @returns whether one was */
  deactivate(key: ArtifactKey): Promise<boolean>;
  /** Deletes a name with all versions. @returns whether it was there */
  remove(key: ArtifactKey): Promise<boolean>;
  /** @throws `MT_ARTIFACT_UNKNOWN` */
  setAccess(key: ArtifactKey, access: ArtifactAccess): Promise<void>;
  /** Deletes everything of a tenant; for its deletion. Idempotent. */
  removeAll(tenantId: TenantId): Promise<void>;
}
