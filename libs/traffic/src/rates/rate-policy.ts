import { choiceOption, numberOption, objectOption, patternOption } from '@tenantry/core/spi';
import { LONGEST_MS } from '../kernel/longest.js';

/** A limit on requests per time. */
export interface RatePolicy {
  /** Requests per {@link perMs}, above 0, up to 1,000,000,000. */
  readonly requests: number;
  /** Milliseconds, 1 to 2,147,483,647 (24 days). */
  readonly perMs: number;
  /** Requests at once after a pause, 1 to 1,000,000,000. Default: `requests`, at least 1. Not for a quota. */
  readonly burst?: number;
  /**
   * - `rate` (default): requests are admitted evenly, with a burst (GCRA)
   * - `quota`: so many requests in each window of `perMs` since 1970, such as a day of UTC; the count starts at 0 with each window
   */
  readonly kind?: 'rate' | 'quota';
  /** Name in `RateLimit` headers and in errors; letters, digits, `-` and `_`. Default: made of the numbers. */
  readonly name?: string;
}

/** A {@link RatePolicy} that is checked and complete. */
export type ResolvedRatePolicy = Required<RatePolicy>;

const MOST = 1_000_000_000;
const NAME = /^[\w-]{1,40}$/;

/** Checks a policy and fills in the defaults. @throws `MT_OPTIONS_INVALID` */
export function resolveRatePolicy(option: string, policy: RatePolicy): ResolvedRatePolicy {
  const { requests, perMs, burst, kind = 'rate', name } = objectOption(option, policy);
  numberOption(`${option}.requests`, requests, { min: 0, exclusive: true, max: MOST });
  numberOption(`${option}.perMs`, perMs, { min: 1, max: LONGEST_MS, whole: true });
  choiceOption(`${option}.kind`, kind, ['rate', 'quota']);
  const most = burst ?? Math.max(1, Math.floor(requests));
  numberOption(`${option}.burst`, most, { min: 1, max: MOST, whole: true });
  return { requests, perMs, burst: most, kind, name: nameOption(option, name ?? `${kind}-${requests}-${perMs}`) };
}

/** One policy or several, each checked. @throws `MT_OPTIONS_INVALID` */
export function resolveRatePolicies(
  option: string,
  policies: RatePolicy | readonly RatePolicy[] = [],
): readonly ResolvedRatePolicy[] {
  if (!isList(policies)) return [resolveRatePolicy(option, policies)];
  return policies.map((policy, index) => resolveRatePolicy(`${option}[${index}]`, policy));
}

function isList(policies: RatePolicy | readonly RatePolicy[]): policies is readonly RatePolicy[] {
  return Array.isArray(policies);
}

function nameOption(option: string, name: string): string {
  const plain = typeof name === 'string' ? name.replaceAll('.', '_') : name;
  return patternOption(`${option}.name`, plain, NAME, 'a name of letters, digits, - and _');
}
