import { OptionsInvalidError } from '../../errors/usage.errors.js';
import { canonicalIdentifier } from '../../tenant/tenant-identifier.js';

/** Which tenants are meant: all but some, or some. Names are canonical identifiers (domain, alias or id). */
export type TenantSelection =
  | { readonly kind: 'allExcept'; readonly excluded: ReadonlySet<string> }
  | { readonly kind: 'only'; readonly included: ReadonlySet<string> };

const GRAMMAR = '"*" (all), "*,!a.com,!b.com" (all but these) or "a.com,b.com" (these)';

/**
 * Reads a selection of tenants: `*`, `*,!foo.com,!bar.com`, or `foo.com,bar.com`.
 *
 * @param option name of the option, for the message
 * @throws {@link OptionsInvalidError} `MT_OPTIONS_INVALID` for excludes alone, excludes beside names, and malformed names
 */
export function parseTenantSelection(option: string, text: string): TenantSelection {
  const items = typeof text === 'string' ? text.split(',').map((item) => item.trim()) : [];
  const refuse = (): never => {
    throw new OptionsInvalidError(option, text, GRAMMAR);
  };
  const names = (list: readonly string[]): ReadonlySet<string> =>
    new Set(list.map((item) => canonicalIdentifier(item) ?? refuse()));
  const excluded = items.filter((item) => item.startsWith('!')).map((item) => item.slice(1));
  const included = items.filter((item) => !item.startsWith('!') && item !== '*');
  if (items.includes('*')) return included.length === 0 ? { kind: 'allExcept', excluded: names(excluded) } : refuse();
  return included.length > 0 && excluded.length === 0 ? { kind: 'only', included: names(included) } : refuse();
}
