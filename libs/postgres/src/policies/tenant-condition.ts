/** What a condition of a policy makes of the tenant: rows of the tenant only, rows of any, or no plain comparison. */
export type TenantCondition = 'bound' | 'unbound' | 'unclear';

const SETTING = `'tenantry.tenant_id'`;
const NAME = String.raw`[a-z_][\w$]*|"(?:[^"]|"")+"`;
const CAST = '::(?:text|uuid|character varying)';
const COLUMN = new RegExp(`^\\(?(?!(?:true|false|null)\\b)(${NAME})\\)?(?:${CAST})?$`);
const TENANT = /^current_setting\('tenantry\.tenant_id'(?:::text)?(?:, (?:true|false))?\)$/;
/**
 * What may be around the setting and leaves it as it is: a cast, NULLIF with the empty string or the CASE that says the same, a
 * SELECT of nothing else.
 */
const WRAPPINGS = [
  new RegExp(`^(.+)${CAST}$`),
  /^NULLIF\((.+), ''::text\)$/,
  /^CASE WHEN \(current_setting\('tenantry\.tenant_id'::text, true\) <> ''::text\) THEN (.+?) ELSE NULL::text END$/,
  new RegExp(`^SELECT (.+) AS (?:${NAME})$`),
] as const;

/**
 * Evaluates the condition of a policy, as the system catalog writes it.
 *
 * Bound: a column is compared with the setting itself, in every branch of an OR and in one part of an AND. Unbound: the
 * setting is missing in a branch, no column is there, or the column is compared with itself. All else is unclear: whatever
 * is made of the setting by other functions and operators.
 *
 * @param other evaluates a part without the setting; default: unbound
 * @internal
 */
export function tenantCondition(
  expression: string,
  other: (part: string) => TenantCondition = () => 'unbound',
): TenantCondition {
  const text = withoutParentheses(expression.replaceAll(/\s+/g, ' ').trim());
  const branches = splitAtTop(text, ' OR ');
  if (branches.length > 1) return worst(branches.map((branch) => tenantCondition(branch, other)));
  const parts = splitAtTop(text, ' AND ');
  if (parts.length > 1) return best(parts.map((part) => tenantCondition(part, other)));
  return text.includes(SETTING) ? comparison(text) : other(text);
}

function comparison(text: string): TenantCondition {
  const sides = splitAtTop(text, ' = ').map((side) => side.trim());
  const column = sides.map((side) => COLUMN.exec(side)?.[1]).find((name) => name !== undefined);
  const value = sides.find((side) => side.includes(SETTING));
  if (sides.length !== 2 || column === undefined || value === undefined)
    return namesColumn(text) ? 'unclear' : 'unbound';
  if (isTenant(value)) return 'bound';
  const again = new RegExp(`(?<![\\w"])${column.replaceAll(/[^\w]/g, '\\$&')}(?![\\w"])`);
  return again.test(withoutTexts(value)) ? 'unbound' : 'unclear';
}

function isTenant(value: string): boolean {
  const text = withoutParentheses(value.trim());
  if (TENANT.test(text)) return true;
  const inner = WRAPPINGS.map((wrapping) => wrapping.exec(text)?.[1]).find((match) => match !== undefined);
  return inner !== undefined && isTenant(inner);
}

/** The catalog writes keywords in capitals: lower case is left to columns, functions, types, aliases, true and false. */
function namesColumn(text: string): boolean {
  const words = withoutTexts(text)
    .replaceAll(/::[a-z_][\w ."]*?(?=$|[^\w ."]| [A-Z])/g, ' ')
    .replaceAll(new RegExp(` AS (?:${NAME})`, 'g'), ' ');
  const names = words.match(new RegExp(`(?<![\\w$])(?:${NAME})(?![\\w$(])`, 'g')) ?? [];
  return names.some((name) => name !== 'true' && name !== 'false');
}

function withoutTexts(text: string): string {
  return text.replaceAll(/'(?:[^']|'')*'/g, ' ');
}

function worst(conditions: readonly TenantCondition[]): TenantCondition {
  if (conditions.includes('unbound')) return 'unbound';
  return conditions.includes('unclear') ? 'unclear' : 'bound';
}

function best(conditions: readonly TenantCondition[]): TenantCondition {
  if (conditions.includes('bound')) return 'bound';
  return conditions.includes('unclear') ? 'unclear' : 'unbound';
}

function withoutParentheses(text: string): string {
  const inner = text.startsWith('(') && text.endsWith(')') ? text.slice(1, -1) : null;
  return inner !== null && isBalanced(inner) ? withoutParentheses(inner.trim()) : text;
}

function isBalanced(text: string): boolean {
  let lowest = 0;
  for (const { depth } of walk(text)) lowest = Math.min(lowest, depth);
  return lowest === 0;
}

function splitAtTop(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (const { index, depth } of walk(text)) {
    if (depth !== 0 || index < start || !text.startsWith(separator, index)) continue;
    parts.push(text.slice(start, index));
    start = index + separator.length;
  }
  return [...parts, text.slice(start)];
}

/** Each place outside of quotes, with how many parentheses are open behind it. */
function* walk(text: string): Generator<{ readonly index: number; readonly depth: number }> {
  let depth = 0;
  let quote: string | null = null;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (quote !== null) quote = character === quote ? null : quote;
    else if (character === "'" || character === '"') quote = character;
    else {
      if (character === '(') depth += 1;
      if (character === ')') depth -= 1;
      yield { index, depth };
    }
  }
}
