/** A part of a path: text, or the name of a parameter. A wildcard takes several segments. */
type PathPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'param'; readonly name: string; readonly wildcard: boolean };

const PARAMETER = /:([A-Za-z_$][\w$]*)(?:\([^)]*\))?[?+*]?|\(\.\*\)|\*([A-Za-z_$][\w$]*)?/g;

/** The path of a route as Nest knows it, in the syntax of Express or Fastify. Optional parts are taken as present. */
export class RoutePath {
  readonly #parts: readonly PathPart[];

  constructor(readonly template: string) {
    this.#parts = partsOf(template.replace(/[{}]/g, ''));
  }

  /** Names of its parameters, in order. A wildcard without a name is called `*`. */
  get params(): readonly string[] {
    return this.#parts.flatMap((part) => (part.kind === 'param' ? [part.name] : []));
  }

  /** What stands before a parameter, without the slash at its end: `/projects` for `id` of `/projects/:id`. */
  before(param: string): string {
    const index = this.#parts.findIndex((part) => part.kind === 'param' && part.name === param);
    return shapeOf(this.#parts.slice(0, index)).replace(/\/$/, '');
  }

  /** The path with its parameters nameless, so that paths which differ in them alone are equal. */
  get shape(): string {
    return shapeOf(this.#parts);
  }

  /** Whether the path continues after its last parameter, or has none. */
  get endsInText(): boolean {
    return this.#parts.at(-1)?.kind !== 'param';
  }

  /** Whether a request's path, without its query, is one of this route. */
  matches(path: string): boolean {
    const source = this.#parts.map((part) => {
      if (part.kind === 'text') return part.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return part.wildcard ? '.+' : '[^/]+';
    });
    return new RegExp(`^${source.join('')}$`).test(path);
  }

  /** The path of a request. @param values of every parameter */
  fill(values: Readonly<Record<string, string>>): string {
    return this.#parts
      .map((part) => {
        if (part.kind === 'text') return part.text;
        const value = encodeURIComponent(values[part.name] ?? '-');
        return part.wildcard ? value.replaceAll('%2F', '/') : value;
      })
      .join('');
  }
}

function partsOf(template: string): PathPart[] {
  const parts: PathPart[] = [];
  let end = 0;
  for (const match of template.matchAll(PARAMETER)) {
    if (match.index > end) parts.push({ kind: 'text', text: template.slice(end, match.index) });
    const wildcard = match[1] === undefined;
    parts.push({ kind: 'param', name: match[1] ?? match[2] ?? '*', wildcard });
    end = match.index + match[0].length;
  }
  if (end < template.length) parts.push({ kind: 'text', text: template.slice(end) });
  return parts;
}

function shapeOf(parts: readonly PathPart[]): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : ':')).join('');
}
