import { OptionsInvalidError } from '../errors/usage.errors.js';

/** The numbers that are allowed. */
export interface NumberRange {
  readonly min: number;
  /** Default: no limit, but not `Infinity`. */
  readonly max?: number;
  /** Whether `min` itself is not allowed. Default `false`. */
  readonly exclusive?: boolean;
  /** Whole numbers only. Default `false`. */
  readonly whole?: boolean;
  /** Whether `Infinity` is allowed. Default `false`. */
  readonly infinite?: boolean;
  /** Such as `milliseconds`; for the message. */
  readonly unit?: string;
}

/** Whether a value is a number of a range. */
export function isInRange(value: unknown, range: NumberRange): value is number {
  const { min, max = Number.MAX_VALUE, exclusive = false, whole = false, infinite = false } = range;
  if (typeof value !== 'number' || Number.isNaN(value)) return false;
  if (value === Infinity) return infinite;
  return (exclusive ? value > min : value >= min) && value <= max && (!whole || Number.isInteger(value));
}

/** The range in words, for messages: `a whole number from 1 to 100`, `milliseconds above 0, or Infinity`. */
export function rangeText({ min, max, exclusive = false, whole = false, infinite = false, unit }: NumberRange): string {
  const what = unit ?? (whole ? 'a whole number' : 'a number');
  const above = exclusive ? `above ${min}` : `of at least ${min}`;
  const between = exclusive ? `above ${min} and up to ${max}` : `from ${min} to ${max}`;
  return `${what} ${max === undefined ? above : between}${infinite ? ', or Infinity' : ''}`;
}

/** A number of a range. @throws `MT_OPTIONS_INVALID` */
export function numberOption(option: string, value: unknown, range: NumberRange): number {
  if (isInRange(value, range)) return value;
  throw new OptionsInvalidError(option, value, rangeText(range));
}

/** A text of 1 to `maxLength` characters that are not all blank. @throws `MT_OPTIONS_INVALID` */
export function textOption(option: string, value: unknown, maxLength = 512): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= maxLength) return value;
  throw new OptionsInvalidError(option, value, `a text of 1 to ${maxLength} characters`);
}

/** A list of texts, none of them blank, as a frozen copy. @throws `MT_OPTIONS_INVALID` */
export function textsOption(option: string, value: unknown, { min = 1 }: { min?: number } = {}): readonly string[] {
  const allowed = min === 0 ? 'a list of texts' : `a list of texts, at least ${min}`;
  if (!Array.isArray(value) || value.length < min) throw new OptionsInvalidError(option, value, allowed);
  return Object.freeze(value.map((each, index) => textOption(`${option}[${index}]`, each)));
}

/** One of a few texts; the first is the default. @throws `MT_OPTIONS_INVALID` */
export function choiceOption<T extends string>(option: string, value: T | undefined, allowed: readonly [T, ...T[]]): T {
  const chosen = value ?? allowed[0];
  if (allowed.includes(chosen)) return chosen;
  throw new OptionsInvalidError(option, value, allowed.map((each) => `"${each}"`).join(' or '));
}

/** `true` or `false`. @throws `MT_OPTIONS_INVALID` */
export function booleanOption(option: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new OptionsInvalidError(option, value, 'true or false');
}

/** A function. @param what what it is, for the message. @throws `MT_OPTIONS_INVALID` */
export function functionOption<F>(option: string, value: F, what = 'a function'): F {
  if (typeof value === 'function') return value;
  throw new OptionsInvalidError(option, value, what);
}

/** An object that is no list. @param what what it is, for the message. @throws `MT_OPTIONS_INVALID` */
export function objectOption<T>(option: string, value: T, what = 'an object'): T & object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new OptionsInvalidError(option, value, what);
}

/** An object with some methods. @param what what it is, for the message. @throws `MT_OPTIONS_INVALID` */
export function methodsOption<T>(
  option: string,
  value: T,
  methods: readonly string[],
  what = `an object with ${methods.join(', ')}`,
): T & object {
  const object = objectOption(option, value, what);
  if (methods.every((method) => typeof Reflect.get(object, method) === 'function')) return object;
  throw new OptionsInvalidError(option, value, what);
}

/** A text that matches. @param allowed what matches, for the message. @throws `MT_OPTIONS_INVALID` */
export function patternOption(option: string, value: unknown, pattern: RegExp, allowed: string): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw new OptionsInvalidError(option, value, allowed);
}
