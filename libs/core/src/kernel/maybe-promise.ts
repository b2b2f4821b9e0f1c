/** A value now or later. The request path stays synchronous where it can: a promise per step is what costs. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Whether a value has to be awaited.
 *
 * @internal
 */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
