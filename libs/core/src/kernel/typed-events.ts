import type { Channel } from 'node:diagnostics_channel';
import { outsideScopes } from './outside-scopes.js';
import { isPromise } from './maybe-promise.js';

/**
 * Notifies listeners and diagnostics channels, in order, after the running code and outside of every scope: a listener never
 * meets the sender in the middle of a step, nor acts in the tenant of the request that caused the event. One that throws or
 * rejects harms neither the sender nor other listeners.
 *
 * @typeParam M the event of each name
 */
export class TypedEvents<M extends object> {
  readonly #channels: Readonly<Record<keyof M, Channel>>;
  readonly #applicationId: string | undefined;
  readonly #listeners = new Map<keyof M, Set<(event: never) => unknown>>();

  /**
   * @param channels where each event appears beside the listeners
   * @param applicationId named in the events on the channels
   */
  constructor(channels: Readonly<Record<keyof M, Channel>>, applicationId: string | undefined) {
    this.#channels = channels;
    this.#applicationId = applicationId;
  }

  /** @returns a function that takes the listener off again */
  on<N extends keyof M>(name: N, listener: (event: M[N]) => unknown): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Notifies all who listen by the time of the call. */
  emit<N extends keyof M>(name: N, event: M[N]): void {
    const listeners = this.#listeners.get(name);
    const channel = this.#channels[name];
    if (!listeners?.size && !channel.hasSubscribers) return;
    outsideScopes(() =>
      queueMicrotask(() => {
        listeners?.forEach((listener) => callSafely(listener as (event: M[N]) => unknown, event));
        channel.publish({ ...event, applicationId: this.#applicationId });
      }),
    );
  }
}

function callSafely<E>(listener: (event: E) => unknown, event: E): void {
  try {
    const result = listener(event);
    if (isPromise(result)) result.then(undefined, () => undefined);
  } catch {
    // Errors of a listener are ignored.
  }
}
