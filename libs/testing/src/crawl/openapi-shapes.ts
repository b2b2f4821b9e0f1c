import type { CrawlRoute } from './crawl-route.js';
import type { OpenApiDocument } from './tenant-isolation-options.js';
import { RoutePath } from './route-path.js';

/** What a document says of a body. Only what an example can be made of. */
export interface Shape {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly readOnly?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly allOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly anyOf?: readonly Shape[];
}

interface Operation {
  readonly parameters?: readonly { readonly name?: string; readonly in?: string }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Shape }>> };
}

/** Gives the value of a text in an example. */
export type TextOf = (name: string, shape: Shape) => unknown;

const MAX_DEPTH = 6;

/** Reads bodies and query parameters out of an OpenAPI document. */
export class OpenApiShapes {
  readonly #document: OpenApiDocument;

  constructor(document: OpenApiDocument) {
    this.#document = document;
  }

  queryNames(route: CrawlRoute): string[] {
    const parameters = this.#operation(route)?.parameters ?? [];
    return parameters.flatMap(({ name, in: place }) => (place === 'query' && name !== undefined ? [name] : []));
  }

  /** Bodies that fit the route: with every member, then with the required ones only. Empty where none is described. */
  bodiesOf(route: CrawlRoute, textOf: TextOf): unknown[] {
    const content = this.#operation(route)?.requestBody?.content ?? {};
    const schema = (content['application/json'] ?? Object.values(content)[0])?.schema;
    if (schema === undefined) return [];
    return [false, true].map((requiredOnly) => this.#example(schema, '', { textOf, requiredOnly }, 0));
  }

  #operation(route: CrawlRoute): Operation | undefined {
    const found = Object.entries(this.#document.paths).find(
      ([path]) => new RoutePath(path.replace(/\{(\w+)\}/g, ':$1')).shape === route.path.shape,
    );
    return (found?.[1] as Record<string, Operation> | undefined)?.[route.method.toLowerCase()];
  }

  #example(given: Shape, name: string, how: { textOf: TextOf; requiredOnly: boolean }, depth: number): unknown {
    const shape = this.#resolved(given);
    const [fixed] = [shape.const, shape.enum?.[0], shape.default].filter((value) => value !== undefined);
    if (fixed !== undefined && shape.type !== 'string') return fixed;
    if (shape.const !== undefined || shape.enum !== undefined) return fixed;
    const type = typeof shape.type === 'string' ? shape.type : shape.type?.[0];
    if (type === 'object' || shape.properties !== undefined)
      return depth > MAX_DEPTH ? {} : this.#object(shape, how, depth);
    if (type === 'array')
      return shape.items === undefined || depth > MAX_DEPTH ? [] : [this.#example(shape.items, name, how, depth + 1)];
    if (type === 'integer' || type === 'number') return shape.minimum ?? 1;
    if (type === 'boolean') return true;
    return how.textOf(name, shape);
  }

  #object(
    { properties = {}, required = [] }: Shape,
    how: { textOf: TextOf; requiredOnly: boolean },
    depth: number,
  ): object {
    const members = Object.entries(properties).filter(
      ([name, shape]) => shape.readOnly !== true && (!how.requiredOnly || required.includes(name)),
    );
    return Object.fromEntries(members.map(([name, shape]) => [name, this.#example(shape, name, how, depth + 1)]));
  }

  #resolved(shape: Shape): Shape {
    if (shape.$ref !== undefined) {
      const target = shape.$ref
        .split('/')
        .slice(1)
        .reduce<unknown>((at, key) => Reflect.get(Object(at), key), this.#document);
      return this.#resolved(target ?? {});
    }
    if (shape.allOf !== undefined) return shape.allOf.map((part) => this.#resolved(part)).reduce(merged, shape);
    const [one] = shape.oneOf ?? shape.anyOf ?? [];
    return one === undefined ? shape : this.#resolved(one);
  }
}

function merged(a: Shape, b: Shape): Shape {
  return {
    ...a,
    ...b,
    properties: { ...a.properties, ...b.properties },
    required: [...(a.required ?? []), ...(b.required ?? [])],
  };
}
