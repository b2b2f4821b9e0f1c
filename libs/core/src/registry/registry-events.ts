import { channel } from 'node:diagnostics_channel';
import type { Channel } from 'node:diagnostics_channel';
import { isPromise } from '../tenant/maybe-promise.js';
import type { EvictionCause } from './registry-options.js';

/** What a registry tells about. Every event also appears on the diagnostics channel `tenantry:client:<name>`. */
export interface RegistryEventMap {
  /** A client was created or added and is published. */
  created: { readonly kind: string; readonly tenantId: string; readonly durationMs: number };
  /** A factory failed, took too long, or gave no client. */
  createFailed: { readonly kind: string; readonly tenantId: string; readonly error: unknown };
  /** A client was detached; it is disposed once its loans are back. */
  evicted: { readonly kind: string; readonly tenantId: string; readonly cause: EvictionCause };
  /** A client was disposed. `forced`: while on loan, because the drain deadline had passed. */
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

/**
 * Tells listeners and the diagnostics channels, in order, after the running code: a listener never meets a registry in the
 * middle of a step. One that throws or rejects harms neither the registry nor other listeners.
 */
export class RegistryEvents {
  readonly #listeners = new Map<RegistryEventName, Set<(event: never) => unknown>>();

  /** @returns a function that takes the listener off again */
  on<N extends RegistryEventName>(name: N, listener: RegistryListener<N>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  emit<N extends RegistryEventName>(name: N, event: RegistryEventMap[N]): void {
    const listeners = this.#listeners.get(name);
    if (!listeners?.size && !CHANNELS[name].hasSubscribers) return;
    queueMicrotask(() => {
      listeners?.forEach((listener) => callSafely(listener as (event: RegistryEventMap[N]) => unknown, event));
      if (CHANNELS[name].hasSubscribers) CHANNELS[name].publish(event);
    });
  }
}

function callSafely<E>(listener: (event: E) => unknown, event: E): void {
  try {
    const result = listener(event);
    if (isPromise(result)) result.then(undefined, () => undefined);
  } catch {
    // An observer's fault is the observer's alone.
  }
}
