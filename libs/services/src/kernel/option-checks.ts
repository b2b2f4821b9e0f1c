import { OptionsInvalidError } from '@tenantry/core';

/** An integer within a range. @throws `MT_OPTIONS_INVALID` */
export function integerOption(option: string, value: unknown, [min, max]: readonly [number, number]): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new OptionsInvalidError(option, value, `an integer from ${min} to ${max}`);
}
