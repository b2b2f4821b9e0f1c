import { OptionsInvalidError } from '@tenantry/core';

/** An integer within a range. @throws `MT_OPTIONS_INVALID` */
export function integerOption(option: string, value: unknown, [min, max]: readonly [number, number]): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new OptionsInvalidError(option, value, `an integer from ${min} to ${max}`);
}

/** A text of 1 to 1,024 characters. @throws `MT_OPTIONS_INVALID` */
export function textOption(option: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 1_024) return value;
  throw new OptionsInvalidError(option, value, 'a text of 1 to 1024 characters');
}

/** A function. @throws `MT_OPTIONS_INVALID` */
export function functionOption<F>(option: string, value: F, what: string): F {
  if (typeof value === 'function') return value;
  throw new OptionsInvalidError(option, value, what);
}

/** An object. @throws `MT_OPTIONS_INVALID` */
export function objectOption<T>(option: string, value: T): T & object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new OptionsInvalidError(option, value, 'an object');
}

/** An object with a method. @throws `MT_OPTIONS_INVALID` */
export function methodOption<T>(option: string, value: T, method: keyof T & string): T & object {
  const object = objectOption(option, value);
  functionOption(`${option}.${method}`, Reflect.get(object, method) as unknown, 'a method');
  return object;
}
