import type { CrawlRoute } from './crawl-route.js';
import type { OpenApiShapes, Shape } from './openapi-shapes.js';
import type { Resources } from './resources.js';
import type { TenantIsolationOptions } from './tenant-isolation-options.js';
import { objectsOf } from './values.js';

/** Whose data a body holds. */
export interface BodySender {
  readonly name: string;
  readonly resources: Resources;
}

const ID_LIKE = /(?:^|[a-z_])ids?$|uuid|^_id$/i;
const TEXT_LIKE = /name|title|label|text|description|content|note|comment|subject|body|message|value/i;
const DATE = /^\d{4}-\d\d-\d\dT/;

/** Whether a member is called as if it held an id. */
export function isIdName(name: string): boolean {
  return ID_LIKE.test(name);
}

/** Makes request bodies: as the user says, else by the OpenAPI document, else by decorators, else like answers seen before. */
export class Bodies {
  readonly #given: Readonly<NonNullable<TenantIsolationOptions['bodies']>>;
  readonly #shapes: OpenApiShapes | undefined;
  readonly #answers = new Map<string, Record<string, unknown>>();
  readonly #worked = new Map<string, number>();

  constructor(given: TenantIsolationOptions['bodies'], shapes: OpenApiShapes | undefined) {
    this.#given = given ?? {};
    this.#shapes = shapes;
  }

  /** Learns what objects of a route look like. */
  learn({ path }: CrawlRoute, json: unknown): void {
    const object = objectsOf(json).find((candidate) => Object.keys(candidate).some(isIdName));
    if (object !== undefined && !this.#answers.has(path.shape)) this.#answers.set(path.shape, object);
  }

  /** Notes which of {@link candidates} was taken; it will be the only one. */
  worked({ label }: CrawlRoute, index: number): void {
    if (!this.#worked.has(label)) this.#worked.set(label, index);
  }

  /** Bodies for a route, the likeliest first; `undefined` = without a body. Each holds the canary where it can. */
  candidates(route: CrawlRoute, sender: BodySender, canary: string): unknown[] {
    const all = this.#all(route, sender, canary);
    const index = this.#worked.get(route.label);
    return index === undefined ? all : all.slice(index, index + 1);
  }

  #all(route: CrawlRoute, { name: tenant, resources }: BodySender, canary: string): unknown[] {
    const id = (name: string): string | undefined => resources.named(name);
    const given = this.#given[route.label];
    if (given !== undefined) return [given({ tenant, canary, id })];
    const text = (name: string, shape: Shape): unknown => textFor(name, shape, canary, id);
    const described = this.#shapes?.bodiesOf(route, text) ?? [];
    if (described.length > 0) return described;
    if (route.bodyNames.length > 0)
      return [Object.fromEntries(route.bodyNames.map((name) => [name, text(name, {})])), undefined];
    return [...this.#likeAnswers(route, canary), undefined];
  }

  /** Like the objects of the same collection: every text another, or only those that are free text by their name. */
  #likeAnswers({ path }: CrawlRoute, canary: string): unknown[] {
    const last = path.params.at(-1);
    const object =
      this.#answers.get(path.shape) ?? (last === undefined ? undefined : this.#answers.get(path.before(last)));
    if (object === undefined) return [];
    const texts = Object.entries(object).filter(
      ([name, value]) => typeof value === 'string' && !isIdName(name) && !DATE.test(value),
    );
    const bodyOf = (names: readonly string[]): unknown =>
      names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, canary]));
    const names = texts.map(([name]) => name);
    return [bodyOf(names), bodyOf(names.filter((name) => TEXT_LIKE.test(name)))].filter((body) => body !== undefined);
  }
}

function textFor(name: string, shape: Shape, canary: string, id: (name: string) => string | undefined): unknown {
  if (shape.format === 'email' || /e-?mail/i.test(name)) return `${canary}@example.com`;
  if (shape.format === 'date-time') return '2030-01-01T00:00:00.000Z';
  if (shape.format === 'date') return '2030-01-01';
  if (shape.format === 'uri' || shape.format === 'url') return `https://example.com/${canary}`;
  if (isIdName(name)) return id(name) ?? canary;
  return canary.padEnd(shape.minLength ?? 0, '0').slice(0, shape.maxLength ?? Infinity);
}
