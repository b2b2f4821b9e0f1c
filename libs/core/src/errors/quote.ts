const MAX_QUOTED = 80;

/**
 * Renders an untrusted value for an error message: quoted, control characters escaped, cut at 80 characters.
 *
 * @internal
 */
export function quote(value: unknown): string {
  if (typeof value !== 'string') return describe(value);
  const cut = value.length > MAX_QUOTED ? `${value.slice(0, MAX_QUOTED)}…` : value;
  return JSON.stringify(cut);
}

function describe(value: unknown): string {
  if (value === null || ['number', 'boolean', 'undefined', 'bigint'].includes(typeof value)) return String(value);
  return `a value of type ${Array.isArray(value) ? 'array' : typeof value}`;
}
