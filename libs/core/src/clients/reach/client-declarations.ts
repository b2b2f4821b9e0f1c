import { kindOfClientToken } from '../tenant-client-tokens.js';
import type { Module } from './nest-graph.js';

const own = new WeakSet<object>();

/** Marks a provider factory of an injected client as the library's own. */
export function asClientFactory<F extends (...args: never[]) => unknown>(factory: F): F {
  own.add(factory);
  return factory;
}

/** Which client kinds an application declares, as far as Nest's container shows it: also before their registries exist. */
export class ClientDeclarations {
  readonly #declared = new Set<string>();
  readonly #overridden = new Set<string>();

  constructor(modules: Iterable<Module>) {
    for (const { token, metatype } of [...modules].flatMap(({ providers }) => [...providers.values()])) {
      const kind = kindOfClientToken(token);
      if (kind === undefined) continue;
      this.#declared.add(kind);
      if (!own.has(Object(metatype) as object)) this.#overridden.add(kind);
    }
  }

  /** Every kind. */
  get kinds(): readonly string[] {
    return [...this.#declared];
  }

  /** Whether some `forFeature` declares a kind. */
  has(kind: string): boolean {
    return this.#declared.has(kind);
  }

  /**
   * Whether a test has replaced the injected client of a kind, by `overrideTenantClient` or by `overrideProvider` of its token.
   * It is never acquired then, so that the real factory is not called.
   */
  isOverridden(kind: string): boolean {
    return this.#overridden.has(kind);
  }
}
