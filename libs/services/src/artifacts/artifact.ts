import type { GuestError, ServiceManifest } from '../thread/messages.js';

/** What tenants deploy. */
export type ArtifactKind = 'service';

/** `staged`: can be activated. `faulty`: does not load; it is kept to be read and corrected. */
export type ArtifactState = 'staged' | 'faulty';

/** Who may call a deployed artifact: every caller, principals of the tenant, or those with a permission (`permission:NAME`). */
export type ArtifactAccess = 'public' | 'signed-in' | `permission:${string}`;

/** Why a version is faulty. Positions are those of the uploaded source. */
export type ArtifactFault = GuestError;

/** A version, without its source. */
export interface ArtifactVersion {
  readonly version: number;
  /** Of the source, in hexadecimal. */
  readonly sha256: string;
  readonly language: 'javascript' | 'typescript';
  readonly state: ArtifactState;
  /** Only where it is `faulty`. */
  readonly fault: ArtifactFault | null;
  readonly createdAt: Date;
}

/** A version with what was uploaded and what runs. */
export interface ArtifactContent extends ArtifactVersion {
  readonly source: string;
  /** JavaScript; empty where it is `faulty`. */
  readonly code: string;
  readonly manifest: ServiceManifest | null;
}

/** A version that is to be recorded. */
export type NewArtifact = Omit<ArtifactContent, 'version' | 'createdAt'>;

/** Everything of one name. */
export interface DeployedArtifact {
  readonly name: string;
  /** `null` = none is active. */
  readonly active: number | null;
  readonly access: ArtifactAccess;
  /** Newest first. */
  readonly versions: readonly ArtifactVersion[];
}

/** Which version of a name is active. */
export interface ActiveArtifact {
  readonly name: string;
  readonly version: number;
  readonly access: ArtifactAccess;
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

/** Whether a text can name an artifact: a letter, then up to 62 letters, digits, `_` or `-`. Names differ by case. */
export function isArtifactName(name: string): boolean {
  return NAME.test(name);
}

const ACCESS = /^(?:public|signed-in|permission:[A-Za-z0-9_.:-]{1,100})$/;

/** Whether a text is an {@link ArtifactAccess}. */
export function isArtifactAccess(access: unknown): access is ArtifactAccess {
  return typeof access === 'string' && ACCESS.test(access);
}
