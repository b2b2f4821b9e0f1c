import { Logger } from '@nestjs/common';
import { publishRotation } from './rotation-events.js';

/** Publishes what becomes of clients, and logs each trouble once, until it is over or another one takes its place. */
export class RotationReport {
  readonly #logger = new Logger('ClientRotation');
  readonly #logged = new Map<string, string>();

  renewed(kind: string, tenantId: string, outcome: 'rotated' | 'rejected'): void {
    publishRotation({ kind, tenantId, outcome });
  }

  /** @param isForAll whether it concerns all tenants */
  failed(kind: string, tenantId: string, error: unknown, isForAll: boolean): void {
    publishRotation({ kind, tenantId, outcome: 'failed', error });
    const [key, trouble] = [isForAll ? '' : tenantId, String(error)];
    if (this.#logged.get(key) === trouble) return;
    this.#logged.set(key, trouble);
    const whose = isForAll ? 'all tenants' : `tenant ${tenantId}`;
    this.#logger.warn(`The ${kind} clients of ${whose} cannot be renewed, and stay as they are. ${trouble}`);
  }

  /** The tenant has no trouble any more, and neither have all. */
  recovered(tenantId: string): void {
    this.#logged.delete(tenantId);
    this.#logged.delete('');
  }

  /** Drops the failures of tenants that have no client any more. */
  keepOnly(tenantIds: readonly string[]): void {
    const kept = new Set(['', ...tenantIds]);
    for (const tenantId of this.#logged.keys()) if (!kept.has(tenantId)) this.#logged.delete(tenantId);
  }
}
