import { channel } from 'node:diagnostics_channel';
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
  disposed: { readonly kind: string; readonly tenantId: string; readonly cause: EvictionCause; readonly forced: boolean };
  /** A disposer threw or was given up at its deadline. The client counts as gone. */
  disposeFailed: { readonly kind: string; readonly tenantId: string; readonly cause: EvictionCause; readonly error: unknown };
}

/** Name of a registry event. */
export type RegistryEventName = keyof RegistryEventMap;

/** Listener of a registry event; what it throws is ignored. */
export type RegistryListener<N extends RegistryEventName> = (event: RegistryEventMap[N]) => void;

/** Tells listeners and the diagnostics channels. A listener that throws harms neither the registry nor other listeners. */
export class RegistryEvents {
  readonly #listeners = new Map<RegistryEventName, Set<(event: never) => void>>();

  /** @returns a function that takes the listener off again */
  on<N extends RegistryEventName>(name: N, listener: RegistryListener<N>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  emit<N extends RegistryEventName>(name: N, event: RegistryEventMap[N]): void {
    this.#listeners.get(name)?.forEach((listener) => callSafely(listener as RegistryListener<N>, event));
    const topic = channel(`tenantry:client:${name}`);
    if (topic.hasSubscribers) topic.publish(event);
  }
}

function callSafely<E>(listener: (event: E) => void, event: E): void {
  try {
    listener(event);
  } catch {
    // An observer's fault is the observer's alone.
  }
}
