import { channel } from 'node:diagnostics_channel';
import type { Channel } from 'node:diagnostics_channel';
import type { EvictionCause } from './registry-options.js';
import { TypedEvents } from '../kernel/typed-events.js';

/**
 * The events of a registry. Each also appears on the diagnostics channel `tenantry:client:<name>`, there with the member
 * `applicationId`.
 */
export interface RegistryEventMap {
  /** A client was created or added and is published. `isAdded`: it came by `add`, and its duration is 0. */
  created: {
    readonly kind: string;
    readonly tenantId: string;
    readonly durationMs: number;
    readonly isAdded?: boolean;
  };
  /** A factory failed, took too long, or gave no client. */
  createFailed: {
    readonly kind: string;
    readonly tenantId: string;
    readonly error: unknown;
    /** From the call of `acquire` or its like to the failure. */
    readonly durationMs: number;
  };
  /** A client was detached; it is disposed once its leases are released. */
  evicted: { readonly kind: string; readonly tenantId: string; readonly cause: EvictionCause };
  /** A client was disposed. `forced`: while in use, because the drain deadline had passed. */
  disposed: {
    readonly kind: string;
    readonly tenantId: string;
    readonly cause: EvictionCause;
    readonly forced: boolean;
  };
  /** A disposer threw or was given up at its deadline. The client counts as gone. */
  disposeFailed: {
    readonly kind: string;
    readonly tenantId: string;
    readonly cause: EvictionCause;
    readonly error: unknown;
  };
}

/** Name of a registry event. */
export type RegistryEventName = keyof RegistryEventMap;

/** Listener of a registry event; what it throws, returns or rejects with is ignored. */
export type RegistryListener<N extends RegistryEventName> = (event: RegistryEventMap[N]) => unknown;

const CHANNELS: Readonly<Record<RegistryEventName, Channel>> = {
  created: channel('tenantry:client:created'),
  createFailed: channel('tenantry:client:createFailed'),
  evicted: channel('tenantry:client:evicted'),
  disposed: channel('tenantry:client:disposed'),
  disposeFailed: channel('tenantry:client:disposeFailed'),
};

/** Emits what a registry does. */
export class RegistryEvents extends TypedEvents<RegistryEventMap> {
  constructor(applicationId?: string) {
    super(CHANNELS, applicationId);
  }
}
