import { ArgumentInvalidError } from '../errors/usage.errors.js';
import type { OnExisting } from '../registry/registry-types.js';

const ON_EXISTING: readonly unknown[] = ['error', 'keep', 'replace'] satisfies OnExisting[];

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

/** One of the three policies. @throws `MT_ARGUMENT_INVALID` */
export function assertOnExisting(value: OnExisting): void {
  if (!ON_EXISTING.includes(value)) throw new ArgumentInvalidError('onExisting', value, 'error, keep or replace');
}

/** A function or `undefined`. @throws `MT_ARGUMENT_INVALID` */
export function assertOptionalFunction(argument: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new ArgumentInvalidError(argument, value, 'a function');
}

/** Anything but `null` and `undefined`. @throws `MT_ARGUMENT_INVALID` */
export function assertClient(client: unknown): void {
  if (client === null || client === undefined) throw new ArgumentInvalidError('client', client, 'a client');
}
