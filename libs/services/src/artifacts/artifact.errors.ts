import { ServicesError } from '../kernel/services.error.js';
import type { ArtifactKey } from './artifact-store.js';

/** What was uploaded or asked for cannot be used (`MT_ARTIFACT_INVALID`, 400); nothing was stored. */
export class ArtifactInvalidError extends ServicesError {
  /** @param text what is wrong and what to do, sentences */
  constructor(tenantId: string, text: string) {
    super('MT_ARTIFACT_INVALID', text, { tenantId });
  }
}

/** An upload has too many bytes (`MT_ARTIFACT_TOO_LARGE`, 413). */
export class ArtifactTooLargeError extends ServicesError {
  constructor(tenantId: string, limit: number) {
    super('MT_ARTIFACT_TOO_LARGE', `An artifact may have ${limit} bytes. Upload a smaller one.`, { tenantId });
  }
}

/** The tenant has as many names as it may (`MT_ARTIFACT_LIMIT`, 409). */
export class ArtifactLimitError extends ServicesError {
  constructor({ tenantId, kind }: ArtifactKey, limit: number) {
    const text = `The tenant has ${limit} artifacts of the kind ${kind}, as many as it may. Delete one first.`;
    super('MT_ARTIFACT_LIMIT', text, { tenantId });
  }
}

/** There is no such name, or no such version of it (`MT_ARTIFACT_UNKNOWN`, 404). */
export class ArtifactUnknownError extends ServicesError {
  constructor({ tenantId, kind, name }: ArtifactKey, version?: number) {
    const which = version === undefined ? 'no such version' : `no version ${version}`;
    super('MT_ARTIFACT_UNKNOWN', `There is ${which} of the ${kind} ${JSON.stringify(name)}. List them first.`, {
      tenantId,
    });
  }
}

/** A faulty version cannot be activated (`MT_ARTIFACT_FAULTY`, 409). */
export class ArtifactFaultyError extends ServicesError {
  constructor({ tenantId, kind, name }: ArtifactKey, version: number) {
    const text = `Version ${version} of the ${kind} ${JSON.stringify(name)} does not load. Correct it and upload it again.`;
    super('MT_ARTIFACT_FAULTY', text, { tenantId });
  }
}

/** Another version is active than the caller expected (`MT_ARTIFACT_STALE`, 409). */
export class ArtifactStaleError extends ServicesError {
  constructor({ tenantId, kind, name }: ArtifactKey) {
    const text = `Another version of the ${kind} ${JSON.stringify(name)} was activated meanwhile. List them and decide again.`;
    super('MT_ARTIFACT_STALE', text, { tenantId });
  }
}
