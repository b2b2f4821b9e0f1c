import { Logger } from '@nestjs/common';
import { OptionsInvalidError } from '../errors/usage.errors.js';

type ModelClass = (abstract new (...args: never[]) => object) & Readonly<Record<string, unknown>>;

/** How TypeORM binds an active record to the data source that was initialized last; by version. */
const BINDERS = ['useDataSource', 'useConnection'] as const;

const REMEDY =
  "classes that belong to one tenant's client at a time. A model class that has static methods for queries belongs to the process: it " +
  'would answer one tenant from the database of another. Take its repository or model from the injected client instead; ' +
  'docs/guides/orms.md shows the set-up for TypeORM and Sequelize';

/**
 * Finds model classes that an ORM binds to the instance that was made last: active records of TypeORM (`BaseEntity`), and
 * models of Sequelize that were initialized for another tenant before. One for each client kind.
 */
export class ActiveRecords {
  readonly #kind: string;
  /** Whose client a model class of Sequelize was initialized with. */
  readonly #owners = new WeakMap<object, string>();
  readonly #logger = new Logger('Multitenancy');
  #isReported = false;

  /** @param kind name of the client kind, for messages */
  constructor(kind: string) {
    this.#kind = kind;
  }

  /** To be called with each client that was made. @throws `MT_OPTIONS_INVALID` naming the classes; it is logged once */
  assertNone(client: unknown, tenantId: string): void {
    const shared = partsOf(client).flatMap((part) => [...boundEntities(part), ...this.#sharedModels(part, tenantId)]);
    if (shared.length === 0) return;
    const error = new OptionsInvalidError(`${this.#kind}.create`, shared.join(', '), REMEDY);
    if (!this.#isReported) this.#logger.error(error.message);
    this.#isReported = true;
    throw error;
  }

  #sharedModels(orm: object, tenantId: string): string[] {
    const models = modelsOf(orm);
    const shared = models.filter((model) => (this.#owners.get(model) ?? tenantId) !== tenantId);
    for (const model of models) if (!this.#owners.has(model)) this.#owners.set(model, tenantId);
    return shared.map(({ name }) => name);
  }
}

/** The client, and what it holds: factories often wrap an ORM in an object of their own. */
function partsOf(client: unknown): object[] {
  if (typeof client !== 'object' || client === null) return [];
  const values = Object.values(Object.getOwnPropertyDescriptors(client)).map(({ value }): unknown => value);
  return [client, ...values.filter((value) => typeof value === 'object' && value !== null)] as object[];
}

/** Entities of a data source of TypeORM that extend `BaseEntity`, unless they choose their data source or repository by themselves. */
function boundEntities(source: object): string[] {
  const metadatas = ownValue(source, 'entityMetadatas');
  if (!Array.isArray(metadatas)) return [];
  const targets = (metadatas as readonly { readonly target?: unknown }[]).map(({ target }) => target);
  return targets
    .filter(isClass)
    .filter(isBound)
    .map(({ name }) => name);
}

function isBound(entity: ModelClass): boolean {
  const base = chainOf(entity).findLast((level) => BINDERS.some((binder) => Object.hasOwn(level, binder)));
  return base !== undefined && [...BINDERS, 'getRepository'].every((name) => entity[name] === base[name]);
}

/** Models of an instance of Sequelize. */
function modelsOf(orm: object): ModelClass[] {
  const manager = Object(ownValue(orm, 'modelManager')) as { readonly models?: unknown };
  return Array.isArray(manager.models) ? manager.models.filter(isClass) : [];
}

/** No getter runs, and no trap of a proxy for unknown names. */
function ownValue(object: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(object, name)?.value;
}

function chainOf(entity: ModelClass): ModelClass[] {
  const parent: unknown = Object.getPrototypeOf(entity);
  return isClass(parent) ? [entity, ...chainOf(parent)] : [entity];
}

function isClass(value: unknown): value is ModelClass {
  return typeof value === 'function' && value.prototype !== undefined;
}
