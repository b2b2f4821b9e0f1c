import { ArgumentInvalidError } from '../../errors/usage.errors.js';
import type { OnExisting } from '../registry-types.js';

const ON_EXISTING: readonly unknown[] = ['error', 'keep', 'replace'] satisfies OnExisting[];

/** One of the three policies. @throws `MT_ARGUMENT_INVALID` */
export function assertOnExisting(value: OnExisting): void {
  if (!ON_EXISTING.includes(value)) throw new ArgumentInvalidError('onExisting', value, 'error, keep or replace');
}

/** Anything but `null` and `undefined`. @throws `MT_ARGUMENT_INVALID` */
export function assertClient(client: unknown): void {
  if (client === null || client === undefined) throw new ArgumentInvalidError('client', client, 'a client');
}
