import { OptionsInvalidError } from '@tenantry/core';

const ALLOWED =
  'segments joined by "/", none of them empty, "." or "..", without control characters, backslashes and percent escapes';
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\\]|%[0-9A-Fa-f]{2}/u;
const MAX_LENGTH = 512;

/**
 * Checks a path of the server and encodes its segments one by one. What another reader of the path could understand
 * differently is refused, not repaired.
 *
 * @param option for the message
 * @throws `MT_OPTIONS_INVALID`
 */
export function vaultPath(option: string, value: unknown): string {
  if (typeof value !== 'string' || value.length > MAX_LENGTH || FORBIDDEN.test(value)) throw invalid(option, value);
  const segments = value.split('/');
  if (segments.some((segment) => ['', '.', '..'].includes(segment.trim()))) throw invalid(option, value);
  return segments.map((segment) => encodeURIComponent(segment)).join('/');
}

function invalid(option: string, value: unknown): OptionsInvalidError {
  return new OptionsInvalidError(option, value, ALLOWED);
}
