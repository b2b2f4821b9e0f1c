import { OptionsInvalidError } from '@tenantry/core';

/** The longest delay of Node's timers, milliseconds. */
export const LONGEST_MS = 2 ** 31 - 1;

type Range = readonly [min: number, max: number];

/** An integer within a range. @throws `MT_OPTIONS_INVALID` */
export function integerOption(option: string, value: unknown, [min, max]: Range): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new OptionsInvalidError(option, value, `an integer from ${min} to ${max}`);
}

/** A number above 0, up to a maximum. @throws `MT_OPTIONS_INVALID` */
export function positiveOption(option: string, value: unknown, max: number): number {
  if (typeof value === 'number' && value > 0 && value <= max) return value;
  throw new OptionsInvalidError(option, value, `a number above 0, up to ${max}`);
}

/** One of a few values. @throws `MT_OPTIONS_INVALID` */
export function choiceOption<V>(option: string, value: unknown, allowed: readonly V[]): V {
  if ((allowed as readonly unknown[]).includes(value)) return value as V;
  throw new OptionsInvalidError(option, value, allowed.map((each) => JSON.stringify(each)).join(' or '));
}

/** An object that is no list. @throws `MT_OPTIONS_INVALID` */
export function objectOption<T>(option: string, value: T): T & object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new OptionsInvalidError(option, value, 'an object');
}

/** An object with the methods of a port. @throws `MT_OPTIONS_INVALID` */
export function portOption<T>(option: string, value: T, methods: readonly (keyof T & string)[]): T & object {
  const object = objectOption(option, value);
  if (methods.every((method) => typeof Reflect.get(object, method) === 'function')) return object;
  throw new OptionsInvalidError(option, value, `an object with ${methods.join(', ')}`);
}
