import { OptionsInvalidError } from '@tenantry/core';

/** A number within a range. @throws `MT_OPTIONS_INVALID` */
export function numberOption(option: string, value: unknown, [min, max]: readonly [number, number]): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw new OptionsInvalidError(option, value, `a number from ${min} to ${max}`);
}

/** An integer within a range. @throws `MT_OPTIONS_INVALID` */
export function integerOption(option: string, value: unknown, [min, max]: readonly [number, number]): number {
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return value as number;
  throw new OptionsInvalidError(option, value, `an integer from ${min} to ${max}`);
}

/** A text that matches. @throws `MT_OPTIONS_INVALID` */
export function textOption(option: string, value: unknown, pattern: RegExp, allowed: string): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw new OptionsInvalidError(option, value, allowed);
}

/** An object that has some methods. @throws `MT_OPTIONS_INVALID` */
export function objectOption<T>(option: string, value: T, methods: readonly string[], allowed: string): T & object {
  const candidate = Object(value) as Record<string, unknown>;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject && methods.every((method) => typeof candidate[method] === 'function')) return value;
  throw new OptionsInvalidError(option, value, allowed);
}
