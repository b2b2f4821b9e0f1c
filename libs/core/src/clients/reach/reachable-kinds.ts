import { declaredKinds } from '../client.decorators.js';
import { injectedInto } from './nest-graph.js';
import type { InstanceWrapper } from './nest-graph.js';
import { getTenantClientToken } from '../tenant-client-tokens.js';

/**
 * Client kinds that a provider or controller reaches by constructor and property injection, however deep, and those that a
 * provider on the way declares with `@UseTenantClients`: what it looks up by `ModuleRef` is not visible.
 *
 * @param kinds client kinds that are acquired because of injection
 */
export function reachableKinds(start: InstanceWrapper, kinds: readonly string[]): readonly string[] {
  const tokens = new Map<unknown, string>(kinds.map((kind) => [getTenantClientToken(kind), kind]));
  const reached = new Set<string>();
  // A set continues with what is added while it is iterated.
  const seen = new Set([start]);
  for (const wrapper of seen) {
    const kind = tokens.get(wrapper.token);
    if (kind !== undefined) reached.add(kind);
    else for (const dependency of injectedInto(wrapper)) seen.add(dependency);
    // What is declared on the start itself is required, and known where that is prepared.
    if (wrapper !== start) for (const declared of declaredBy(wrapper)) reached.add(declared);
  }
  return [...reached];
}

function declaredBy({ metatype }: InstanceWrapper): readonly string[] {
  return (typeof metatype === 'function' ? declaredKinds(metatype) : undefined) ?? [];
}
