import type { InstanceWrapper, Module } from './nest-graph.js';
import { entryWrappersOf } from './entry-classes.js';
import { declaredKinds } from '../client.decorators.js';
import { reachableKinds } from './reachable-kinds.js';
import { handlersOf } from './nest-graph.js';

/** The client kinds that a handler or an enhancer needs. */
export interface ClientNeeds {
  /** Named by `@UseTenantClients`: without them it does not run. */
  readonly declared: readonly string[];
  /** Shown by injection, so that it may or may not use them: a failure is thrown where the client is used. */
  readonly reached: readonly string[];
}

/** Which client kinds each handler and enhancer of the application needs. Read once, from Nest's dependency graph. */
export class HandlerClients {
  /** By class, then by handler: several controllers may inherit one. */
  readonly #needs = new Map<object, Map<object, ClientNeeds>>();

  /** What a handler needs; an enhancer is its own handler. `undefined` = none. */
  of(owner: object, handler: object): ClientNeeds | undefined {
    return this.#needs.get(owner)?.get(handler);
  }

  /** Notes what a handler needs, beside what is known of it. @returns whether that is anything */
  add(owner: object, handler: object, { declared, reached }: ClientNeeds): boolean {
    const needs = this.#needsOf(owner);
    const known = needs.get(handler) ?? { declared: [], reached: [] };
    const all = { declared: union(known.declared, declared), reached: union(known.reached, reached) };
    if (all.declared.length + all.reached.length === 0) return false;
    needs.set(handler, all);
    return true;
  }

  /**
   * Reads the needs of every controller, gateway, GraphQL resolver and queue processor of some modules. What a handler
   * declares is all that it acquires; what its class declares comes beside what injection shows.
   *
   * @param kinds client kinds that are acquired because of injection
   * @param onNeed called for each handler that needs clients
   */
  learn(modules: Iterable<Module>, kinds: readonly string[], onNeed: (handler: object) => void): void {
    for (const module of modules) {
      for (const wrapper of entryWrappersOf(module)) this.#learnEntry(wrapper, kinds, onNeed);
    }
  }

  #learnEntry(wrapper: InstanceWrapper, kinds: readonly string[], onNeed: (handler: object) => void): void {
    const controller = wrapper.metatype as { prototype: object } | null;
    if (controller === null) return;
    const byClass = { declared: declaredKinds(controller) ?? [], reached: reachableKinds(wrapper, kinds) };
    for (const handler of handlersOf(controller.prototype)) {
      const declared = declaredKinds(handler);
      const needs = declared === undefined ? byClass : { declared, reached: [] };
      if (this.add(controller, handler, needs)) onNeed(handler);
    }
  }

  /** One for all modules that declare the controller: guards get its class, and not which of its instances answers. */
  #needsOf(owner: object): Map<object, ClientNeeds> {
    const known = this.#needs.get(owner);
    if (known !== undefined) return known;
    const needs = new Map<object, ClientNeeds>();
    this.#needs.set(owner, needs);
    return needs;
  }
}

function union(one: readonly string[], two: readonly string[]): readonly string[] {
  return [...new Set([...one, ...two])];
}
