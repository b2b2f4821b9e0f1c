import { channel } from 'node:diagnostics_channel';
import type { EvictionCause } from '../registry/registry-options.js';
import type { TenantClientRegistry } from '../registry/tenant-client-registry.js';
import { TenantMap } from '../registry/tenant-map.js';
import { TypedEvents } from '../kernel/typed-events.js';

/**
 * The events of an application's tenants. Each also appears on the diagnostics channel `tenantry:tenant:<name>`, there with
 * the member `applicationId`.
 */
export interface TenantPresenceEventMap {
  /** The tenant's first client is ready; it had none of any kind. */
  loaded: { readonly tenantId: string };
  /** The tenant's last client was detached; it may still be in use. */
  unloaded: { readonly tenantId: string };
}

/** Causes of an eviction that leave a successor in the place. */
const SUCCEEDED: ReadonlySet<EvictionCause> = new Set<EvictionCause>(['replaced', 'rotated']);

/** Tracks which tenants of one application have a client, of any kind, and notifies listeners of changes. */
export class TenantPresence {
  readonly #events: TypedEvents<TenantPresenceEventMap>;
  readonly #kinds = new TenantMap<Set<string>>();

  /** @param applicationId named in the events on the channels */
  constructor(applicationId?: string) {
    const channels = { loaded: channel('tenantry:tenant:loaded'), unloaded: channel('tenantry:tenant:unloaded') };
    this.#events = new TypedEvents(channels, applicationId);
  }

  /** Tenants that have a client. */
  get size(): number {
    return this.#kinds.size;
  }

  /** Counts the clients of one more kind, from now. */
  watch(registry: TenantClientRegistry<unknown>): void {
    registry.on('created', ({ kind, tenantId }) => this.#came(tenantId, kind));
    registry.on('evicted', ({ kind, tenantId, cause }) => {
      if (!SUCCEEDED.has(cause)) this.#went(tenantId, kind);
    });
  }

  /** Listens to an event. What the listener throws is ignored. @returns a function that takes it off */
  on<N extends keyof TenantPresenceEventMap>(
    name: N,
    listener: (event: TenantPresenceEventMap[N]) => unknown,
  ): () => void {
    return this.#events.on(name, listener);
  }

  #came(tenantId: string, kind: string): void {
    const kinds = this.#kinds.get(tenantId);
    if (kinds !== undefined) return void kinds.add(kind);
    this.#kinds.set(tenantId, new Set([kind]));
    this.#events.emit('loaded', { tenantId });
  }

  #went(tenantId: string, kind: string): void {
    const kinds = this.#kinds.get(tenantId);
    kinds?.delete(kind);
    if (kinds?.size !== 0) return;
    this.#kinds.delete(tenantId);
    this.#events.emit('unloaded', { tenantId });
  }
}
