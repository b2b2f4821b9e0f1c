import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Collects what a diagnostics channel publishes, until the test that asked ends. */
export function follow<T>(name: string): readonly T[] {
  const seen: T[] = [];
  const listener = (message: unknown): void => void seen.push(message as T);
  subscribe(name, listener);
  stops.push(() => unsubscribe(name, listener));
  return seen;
}

const stops: (() => void)[] = [];

/** To be called after each test. */
export function stopFollowing(): void {
  for (const stop of stops.splice(0)) stop();
}
