import type { InstanceWrapper, Module } from './nest-graph.js';
import { entryWrappersOf } from './entry-classes.js';
import { TENANT_CLIENT_KINDS } from './client.decorators.js';
import { getTenantClientToken } from './tenant-client-tokens.js';
import { dependenciesOf, handlersOf } from './nest-graph.js';

/** What a handler needs as a method of one controller. */
interface Need {
  readonly controller: object;
  readonly kinds: readonly string[];
}

/** Which client kinds each handler of the application needs. Worked out once, from Nest's dependency graph. */
export class HandlerClients {
  /** By handler; a method that several controllers inherit has a need for each. */
  readonly #needs = new Map<object, Need[]>();

  /** The kinds that a handler needs; `undefined` = none. */
  of(controller: object, handler: object): readonly string[] | undefined {
    const needs = this.#needs.get(handler);
    if (needs === undefined) return undefined;
    for (const need of needs) if (need.controller === controller) return need.kinds;
    return undefined;
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
    for (const handler of handlersOf(controller.prototype)) {
      const kinds = [...new Set([...reached, ...declaredKinds(handler), ...declaredKinds(controller)])];
      if (kinds.length === 0) continue;
      this.#note(handler, { controller, kinds });
      onNeed(handler);
    }
  }

  /** The last word of a controller counts, as a module that is declared twice has it. */
  #note(handler: object, need: Need): void {
    const others = this.#needs.get(handler)?.filter(({ controller }) => controller !== need.controller) ?? [];
    this.#needs.set(handler, [...others, need]);
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
