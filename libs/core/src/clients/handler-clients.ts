import type { InstanceWrapper, Module } from './nest-graph.js';
import { entryWrappersOf } from './entry-classes.js';
import { TENANT_CLIENT_KINDS } from './client.decorators.js';
import { getTenantClientToken } from './tenant-client-tokens.js';
import { dependenciesOf, handlersOf } from './nest-graph.js';

/** Which client kinds each handler of the application needs. Worked out once, from Nest's dependency graph. */
export class HandlerClients {
  /** By controller, then by handler: several controllers may inherit one. */
  readonly #kinds = new Map<object, Map<object, readonly string[]>>();

  /** The kinds that a handler needs; `undefined` = none. */
  of(controller: object, handler: object): readonly string[] | undefined {
    return this.#kinds.get(controller)?.get(handler);
  }

  /**
   * Works out the needs of every controller, gateway, GraphQL resolver and queue processor of some modules.
   *
   * @param kinds every client kind of the application
   * @param onNeed called for each handler that needs clients
   */
  learn(modules: Iterable<Module>, kinds: readonly string[], onNeed: (handler: object) => void): void {
    const tokens = new Map<unknown, string>(kinds.map((kind) => [getTenantClientToken(kind), kind]));
    for (const module of modules) {
      for (const wrapper of entryWrappersOf(module)) this.#learnEntry(wrapper, tokens, onNeed);
    }
  }

  #learnEntry(wrapper: InstanceWrapper, tokens: ReadonlyMap<unknown, string>, onNeed: (handler: object) => void): void {
    const controller = wrapper.metatype as { prototype: object } | null;
    if (controller === null) return;
    const reached = reachableKinds(wrapper, tokens);
    const needs = this.#needsOf(controller);
    for (const handler of handlersOf(controller.prototype)) {
      const known = needs.get(handler) ?? [];
      const kinds = [...new Set([...known, ...reached, ...declaredKinds(handler), ...declaredKinds(controller)])];
      if (kinds.length === 0) continue;
      needs.set(handler, kinds);
      onNeed(handler);
    }
  }

  /** One for all modules that declare the controller: guards are told its class, and not which of its instances answers. */
  #needsOf(controller: object): Map<object, readonly string[]> {
    const known = this.#kinds.get(controller);
    if (known !== undefined) return known;
    const needs = new Map<object, readonly string[]>();
    this.#kinds.set(controller, needs);
    return needs;
  }
}

function declaredKinds(target: object): readonly string[] {
  return (Reflect.getMetadata(TENANT_CLIENT_KINDS, target) as readonly string[] | undefined) ?? [];
}

/** Walks constructor, property and enhancer dependencies, as deep as they go. */
function reachableKinds(start: InstanceWrapper, tokens: ReadonlyMap<unknown, string>): ReadonlySet<string> {
  const reached = new Set<string>();
  const seen = new Set<InstanceWrapper>();
  const pending = [start];
  for (let wrapper = pending.pop(); wrapper !== undefined; wrapper = pending.pop()) {
    if (seen.has(wrapper)) continue;
    seen.add(wrapper);
    const kind = tokens.get(wrapper.token);
    if (kind === undefined) pending.push(...dependenciesOf(wrapper));
    else reached.add(kind);
  }
  return reached;
}
