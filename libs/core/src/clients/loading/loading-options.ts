import { choiceOption, numberOption } from '../../kernel/option-checks.js';
import { parseTenantSelection } from './tenant-selection.js';
import type { TenantSelection } from './tenant-selection.js';

/**
 * When tenants' clients are made: `lazy` at their first use, or `eager` also at the start of the application.
 * `include` selects tenants: `*`, `*,!foo.com`, `foo.com,bar.com`. Default `*`. `concurrency`: tenants at the same time,
 * 1 to 100, default 4.
 */
export type LoadingOptions =
  { readonly policy: 'lazy' } | { readonly policy: 'eager'; readonly include?: string; readonly concurrency?: number };

/** Eager loading as it was resolved; `null` = lazy. */
export type ResolvedLoading = { readonly selection: TenantSelection; readonly concurrency: number } | null;

const MAX_CONCURRENCY = 100;

/** Checks the option `loading`. @throws `MT_OPTIONS_INVALID` */
export function resolveLoading(loading: LoadingOptions = { policy: 'lazy' }): ResolvedLoading {
  if (loading.policy === 'lazy') return null;
  choiceOption('loading.policy', loading.policy as 'lazy' | 'eager', ['lazy', 'eager']);
  const { include = '*', concurrency = 4 } = loading;
  return {
    selection: parseTenantSelection('loading.include', include),
    concurrency: numberOption('loading.concurrency', concurrency, { min: 1, max: MAX_CONCURRENCY, whole: true }),
  };
}
