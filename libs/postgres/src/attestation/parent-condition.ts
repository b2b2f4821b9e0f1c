/** A condition that lets a row through when there is a row of another table that it belongs to. */
export interface ParentCondition {
  /** The other table, as the system catalog prints it with its schema. */
  readonly parent: string;
  /** Columns of the other table that are compared with columns of the row; without quotes. */
  readonly columns: readonly string[];
}

const NAME = String.raw`(?:[a-z_][\w$]*|"(?:[^"]|"")+")`;
const TABLE = `(${NAME}\\.${NAME})(?: (${NAME}))?`;
const EXISTS = new RegExp(`^EXISTS \\( SELECT(?: [^()]*)? FROM ${TABLE} WHERE (.+)\\)$`);
const IN = new RegExp(`^${NAME} IN \\( SELECT (?:${NAME}\\.)?(${NAME}) FROM ${TABLE}(?: WHERE .+)?\\)$`);
const EQUALITY = new RegExp(`^\\(?(${NAME})\\.(${NAME}) = (${NAME})\\.(${NAME})\\)?$`);

/**
 * Reads `exists (select from parent where parent.id = child.parent_id and ...)` and `parent_id in (select id from parent)`, as the
 * system catalog writes them. Row-level security of the parent holds in there too.
 *
 * @param expression a condition of a policy
 * @param child name of the table that the policy is on, without its schema
 * @returns `null` for every other condition
 * @internal
 */
export function parentCondition(expression: string, child: string): ParentCondition | null {
  const text = withoutOuterParentheses(expression.replaceAll(/\s+/g, ' ').trim());
  const subquery = text.slice(text.indexOf('('));
  if (withoutOuterParentheses(subquery) === subquery || / SELECT .* SELECT /.test(text)) return null;
  const [, column = '', within] = IN.exec(text) ?? [];
  if (within !== undefined) return { parent: within, columns: [plain(column)] };
  const [, parent, alias, where = ''] = EXISTS.exec(text) ?? [];
  if (parent === undefined) return null;
  const names = { parent: plain(alias ?? parent.slice(parent.lastIndexOf('.') + 1)), child };
  const columns = comparedColumns(where, names);
  return columns === null ? null : { parent, columns };
}

/** `null` where something other than AND connects the parts. */
function comparedColumns(where: string, { parent, child }: { parent: string; child: string }): string[] | null {
  const text = withoutOuterParentheses(where);
  if (parent === child || / OR |^NOT /.test(text)) return null;
  return text.split(' AND ').flatMap((part) => {
    const [, left = '', leftColumn = '', right = '', rightColumn = ''] = EQUALITY.exec(part.trim()) ?? [];
    if (plain(left) === parent && plain(right) === child) return [plain(leftColumn)];
    return plain(right) === parent && plain(left) === child ? [plain(rightColumn)] : [];
  });
}

function plain(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function withoutOuterParentheses(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) return text;
  let depth = 0;
  for (let at = 0; at < text.length - 1; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return text;
  }
  return withoutOuterParentheses(text.slice(1, -1).trim());
}
