import { ArgumentInvalidError } from '../errors/usage.errors.js';
import { isInRange, rangeText } from './option-checks.js';
import type { NumberRange } from './option-checks.js';

/** A number of a range. @throws `MT_ARGUMENT_INVALID` */
export function numberArgument(argument: string, value: unknown, range: NumberRange): number {
  if (isInRange(value, range)) return value;
  throw new ArgumentInvalidError(argument, value, rangeText(range));
}

/** A duration of 0 and up, `Infinity` included. @throws `MT_ARGUMENT_INVALID` */
export function assertDuration(argument: string, value: number): void {
  numberArgument(argument, value, { min: 0, infinite: true, unit: 'milliseconds' });
}

/** A duration above 0, `Infinity` included. @throws `MT_ARGUMENT_INVALID` */
export function assertPositiveDuration(argument: string, value: number): void {
  numberArgument(argument, value, { min: 0, exclusive: true, infinite: true, unit: 'milliseconds' });
}

/** A function or `undefined`. @throws `MT_ARGUMENT_INVALID` */
export function assertOptionalFunction(argument: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new ArgumentInvalidError(argument, value, 'a function');
}
