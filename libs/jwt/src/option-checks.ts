import { OptionsInvalidError } from '@tenantry/core';

/** An integer within a range. @throws `MT_OPTIONS_INVALID` */
export function integerOption(option: string, value: unknown, [min, max]: readonly [number, number]): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new OptionsInvalidError(option, value, `an integer from ${min} to ${max}`);
}

/** A text of 1 to `maxLength` characters. @throws `MT_OPTIONS_INVALID` */
export function textOption(option: string, value: unknown, maxLength = 512): string {
  if (typeof value === 'string' && value !== '' && value.length <= maxLength) return value;
  throw new OptionsInvalidError(option, value, `a text of 1 to ${maxLength} characters`);
}

/** A list of texts, none of them empty. @throws `MT_OPTIONS_INVALID` */
export function textsOption(option: string, value: unknown, { min = 1 }: { min?: number } = {}): readonly string[] {
  if (!Array.isArray(value) || value.length < min) throw new OptionsInvalidError(option, value, listRange(min));
  return Object.freeze(value.map((each, index) => textOption(`${option}[${index}]`, each)));
}

/** A function. @throws `MT_OPTIONS_INVALID` */
export function functionOption<F>(option: string, value: F, what: string): F {
  if (typeof value === 'function') return value;
  throw new OptionsInvalidError(option, value, what);
}

/** An object. @throws `MT_OPTIONS_INVALID` */
export function objectOption<T>(option: string, value: T, what = 'an object'): T & object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new OptionsInvalidError(option, value, what);
}

function listRange(min: number): string {
  return min === 0 ? 'a list of texts' : `a list of texts, at least ${min}`;
}
