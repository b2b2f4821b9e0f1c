import type { JsonValue } from '@tenantry/core';
import { CapabilityError } from '../engine/capability.error.js';

/** A text of a bounded length. @throws `CapabilityError` */
export function textArgument(name: string, value: JsonValue | undefined, maxLength: number): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= maxLength && !value.includes('\0')) return value;
  throw new CapabilityError(`${name} is no text of 1 to ${maxLength} characters.`);
}

/** An object; `{}` where it is left out. @throws `CapabilityError` */
export function objectArgument(name: string, value: JsonValue | undefined): Readonly<Record<string, JsonValue>> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, JsonValue>>;
  throw new CapabilityError(`${name} is no object.`);
}
