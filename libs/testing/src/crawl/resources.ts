import type { WireAnswer } from './http-exchange.js';
import type { RoutePath } from './route-path.js';
import { isNumber, leavesOf, objectsOf } from './values.js';

/** Values of the parameters of a path that name objects. */
export type ObjectIds = Readonly<Record<string, string>>;

type Fields = Readonly<Record<string, string>>;

interface Resource {
  /** Ids of the objects that it lies in, from the outside in. */
  readonly parents: readonly string[];
  readonly fields: Fields;
}

const ID_FIELDS = ['id', '_id', 'uuid', 'key', 'slug', 'code', 'name'];
const UNKNOWN_ID = 'ffffffff-ffff-4fff-8fff-fffffffffffe';
const MAX_PER_COLLECTION = 20;
const MAX_GUESSES = 6;

/** The objects of one tenant, as far as the crawl has seen them: where they lie and what they are called. */
export class Resources {
  readonly #collections = new Map<string, Resource[]>();
  readonly #named = new Map<string, Set<string>>();
  /** All ids that were seen, also of objects that are not kept. */
  readonly #own = new Set<string>();
  readonly #addressParams: ReadonlySet<string>;

  /** @param addressParams path parameters that name the tenant and no object */
  constructor(addressParams: readonly string[]) {
    this.#addressParams = new Set(addressParams);
  }

  /** Parameters of a path that name objects. */
  objectParams(path: RoutePath): readonly string[] {
    return path.params.filter((param) => !this.#addressParams.has(param));
  }

  /** Adds an id by the name of what takes it. */
  addNamed(name: string, id: string): void {
    const key = name.toLowerCase();
    const ids = this.#named.get(key) ?? new Set<string>();
    this.#named.set(key, ids.add(id));
  }

  /**
   * Learns the objects of an answer.
   *
   * @param path where a collection or a new object was answered
   * @param ids the objects of that path
   */
  learn(path: RoutePath, ids: ObjectIds, json: unknown): void {
    for (const { name, value } of leavesOf(json))
      if (/.id$/i.test(name) && (typeof value === 'string' || typeof value === 'number'))
        this.addNamed(name, String(value));
    const parents = this.objectParams(path).map((param) => ids[param] ?? '');
    for (const fields of objectsOf(json).map(scalarsOf).filter(hasId)) {
      const id = fieldFor('id', fields);
      if (isNumber(id)) this.noteOwn(id);
      this.#add(path.shape, { parents, fields });
    }
  }

  /** Ids of every object that a path takes, the oldest object first; empty where some are not known. */
  idsFor(path: RoutePath): ObjectIds[] {
    const params = this.objectParams(path);
    const last = params.at(-1);
    if (last === undefined) return [{}];
    const direct = (this.#collections.get(path.before(last)) ?? []).flatMap(({ parents, fields }) =>
      zipped(params, [...parents, fieldFor(last, fields)]),
    );
    return direct.length > 0 ? direct : this.#byName(path, params);
  }

  /** Ids for a path of whose objects none is known: ids that do not exist. */
  unknownFor(path: RoutePath): ObjectIds {
    return Object.fromEntries(this.objectParams(path).map((param) => [param, UNKNOWN_ID]));
  }

  /** Any ids, where nothing is known of a path with one object. */
  guessesFor(path: RoutePath): ObjectIds[] {
    const [param, ...more] = this.objectParams(path);
    if (param === undefined || more.length > 0) return [];
    const ids = [...this.#collections.values()].flatMap((all) =>
      all.slice(0, 1).map(({ fields }) => fieldFor(param, fields)),
    );
    return [...new Set([...ids, ...this.#allNamed()])].slice(0, MAX_GUESSES).map((id) => ({ [param]: id }));
  }

  /** Notes that guessed ids were right. */
  confirm(path: RoutePath, ids: ObjectIds): void {
    const [param = ''] = this.objectParams(path);
    this.#add(path.before(param), { parents: [], fields: { id: ids[param] ?? '' } });
  }

  /** An id by name, the oldest one. */
  named(name: string): string | undefined {
    return this.#idsNamed(name)[0];
  }

  /** Notes an id that the tenant has an object of, wherever that is. */
  noteOwn(id: string): void {
    this.#own.add(id);
  }

  /** Whether the tenant has an object of this id. */
  has(id: string): boolean {
    return (
      this.#own.has(id) ||
      this.#allNamed().includes(id) ||
      [...this.#collections.values()].some((all) => all.some(({ fields }) => Object.values(fields).includes(id)))
    );
  }

  #add(shape: string, resource: Resource): void {
    const all = this.#collections.get(shape) ?? [];
    this.#collections.set(shape, all);
    const id = fieldFor('id', resource.fields);
    if (all.length >= MAX_PER_COLLECTION || all.some(({ fields }) => fieldFor('id', fields) === id)) return;
    all.push(resource);
    const kind = singular(shape.split('/').at(-1) ?? '');
    if (kind === '') return;
    for (const name of [kind, `${kind}Id`, `${kind}_id`]) this.addNamed(name, id);
  }

  #byName(path: RoutePath, params: readonly string[]): ObjectIds[] {
    const choices = params.map((param) => this.#idsNamed(param, path.before(param)));
    const count = Math.min(...choices.map(({ length }) => length));
    return Array.from({ length: count }, (_, index) =>
      zipped(
        params,
        choices.map((ids) => ids[index] ?? ''),
      ),
    ).flat();
  }

  #idsNamed(name: string, collection = ''): string[] {
    const kind = singular(collection.split('/').at(-1) ?? '');
    const names = [name, name.replace(/_?id$/i, ''), ...(kind === '' ? [] : [kind, `${kind}id`])];
    return names.map((key) => [...(this.#named.get(key.toLowerCase()) ?? [])]).find((ids) => ids.length > 0) ?? [];
  }

  #allNamed(): string[] {
    return [...new Set([...this.#named.values()].flatMap((ids) => [...ids]))];
  }
}

/** The id of the object that an answer to a `POST` shows: in its body, else at the end of its `Location`. */
export function newId({ json, headers }: WireAnswer): string | undefined {
  const [fields] = objectsOf(json).map(scalarsOf).filter(hasId);
  const id = fields === undefined ? headers['location']?.split(/[?#]/)[0]?.split('/').at(-1) : fieldFor('id', fields);
  return id === undefined || id === '' ? undefined : decodeURIComponent(id);
}

function scalarsOf(object: Record<string, unknown>): Fields {
  const scalars = Object.entries(object).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  return Object.fromEntries(scalars.map(([name, value]) => [name, String(value)]));
}

function hasId(fields: Fields): boolean {
  return ID_FIELDS.slice(0, -1).some((name) => name in fields);
}

function fieldFor(param: string, fields: Fields): string {
  const name = [param, ...ID_FIELDS].find((candidate) => candidate in fields);
  return name === undefined ? '' : (fields[name] ?? '');
}

function zipped(params: readonly string[], ids: readonly string[]): ObjectIds[] {
  if (ids.length !== params.length || ids.includes('')) return [];
  return [Object.fromEntries(params.map((param, index) => [param, ids[index] ?? '']))];
}

function singular(word: string): string {
  return word
    .replace(/ies$/, 'y')
    .replace(/(?<!s)s$/, '')
    .replace(/[^A-Za-z0-9_]/g, '');
}
