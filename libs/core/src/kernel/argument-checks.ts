import { ArgumentInvalidError } from '../errors/usage.errors.js';

/** A duration of 0 and up. @throws `MT_ARGUMENT_INVALID` */
export function assertDuration(argument: string, value: number): void {
  if (typeof value === 'number' && value >= 0) return;
  throw new ArgumentInvalidError(argument, value, 'milliseconds, 0 and up');
}

/** A duration above 0. @throws `MT_ARGUMENT_INVALID` */
export function assertPatience(argument: string, value: number): void {
  if (typeof value === 'number' && value > 0) return;
  throw new ArgumentInvalidError(argument, value, 'milliseconds above 0');
}

/** A function or `undefined`. @throws `MT_ARGUMENT_INVALID` */
export function assertOptionalFunction(argument: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new ArgumentInvalidError(argument, value, 'a function');
}
