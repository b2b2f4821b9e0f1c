import type { Clock, TenantId } from '@tenantry/core';
import type { ActiveArtifact, ArtifactKind } from './artifact.js';
import type { ArtifactStore } from './artifact-store.js';

const MOST_TENANTS = 10_000;

interface Known {
  readonly readAt: number;
  readonly artifacts: Promise<ReadonlyMap<string, ActiveArtifact>>;
}

/**
 * Which versions are active, as this node knows it: read at a request, and again after a second at most. So another
 * node's activation holds here at the first request that comes a second later. While the store cannot be asked, requests are refused.
 */
export class ServiceDirectory {
  readonly #store: ArtifactStore;
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #known = new Map<string, Known>();

  /** @param maxAgeMs 0 = each request reads the store */
  constructor(store: ArtifactStore, clock: Clock, maxAgeMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
  }

  /** The active version of a name; `undefined` = there is none. @throws what the store throws */
  async find(tenantId: TenantId, kind: ArtifactKind, name: string): Promise<ActiveArtifact | undefined> {
    return (await this.all(tenantId, kind)).get(name);
  }

  /** All active versions of a kind, by name. @throws what the store throws */
  all(tenantId: TenantId, kind: ArtifactKind): Promise<ReadonlyMap<string, ActiveArtifact>> {
    const key = `${kind}/${tenantId}`;
    const known = this.#known.get(key);
    if (known !== undefined && this.#clock.now() - known.readAt < this.#maxAgeMs) return known.artifacts;
    const read: Known = { readAt: this.#clock.now(), artifacts: this.#read(tenantId, kind) };
    this.#set(key, read);
    read.artifacts.catch(() => {
      if (this.#known.get(key) === read) this.#known.delete(key);
    });
    return read.artifacts;
  }

  /** What was read of a tenant is read again at the next request. */
  invalidate(tenantId: TenantId): void {
    this.#known.delete(`service/${tenantId}`);
  }

  async #read(tenantId: TenantId, kind: ArtifactKind): Promise<ReadonlyMap<string, ActiveArtifact>> {
    const active = await this.#store.active(tenantId, kind);
    return new Map(active.map((artifact) => [artifact.name, artifact]));
  }

  #set(key: string, known: Known): void {
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size > MOST_TENANTS) this.#known.delete(this.#known.keys().next().value as string);
  }
}
