import { ModuleRef } from '@nestjs/core';
import { declaredKinds } from '../client.decorators.js';
import { injectedInto } from './nest-graph.js';
import type { InstanceWrapper, Module } from './nest-graph.js';
import { getTenantClientToken } from '../tenant-client-tokens.js';

/**
 * Client kinds that a provider or controller reaches by constructor and property injection, however deep. What a provider on the
 * way looks up by `ModuleRef` is not visible: it declares that with `@UseTenantClients`; where its module can inject one kind only,
 * that is taken for it.
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
    const dependencies = kind === undefined && wrapper.token !== ModuleRef ? injectedInto(wrapper) : [];
    if (kind !== undefined) reached.add(kind);
    for (const dependency of dependencies) seen.add(dependency);
    for (const lookedUp of declaredBy(wrapper) ?? lookedUpBy(wrapper, dependencies, kinds)) reached.add(lookedUp);
  }
  return [...reached];
}

function declaredBy({ metatype }: InstanceWrapper): readonly string[] | undefined {
  return typeof metatype === 'function' ? declaredKinds(metatype) : undefined;
}

function lookedUpBy(
  { host }: InstanceWrapper,
  dependencies: readonly InstanceWrapper[],
  kinds: readonly string[],
): readonly string[] {
  if (host === undefined || !dependencies.some(({ token }) => token === ModuleRef)) return [];
  const visible = kinds.filter((kind) => isVisible(host, getTenantClientToken(kind)));
  return visible.length === 1 ? visible : [];
}

function isVisible({ providers, imports }: Module, token: string): boolean {
  return providers.has(token) || [...imports].some((imported) => isExported(imported, token));
}

/** By the module itself, or by a module that it exports again. */
function isExported(module: Module, token: string, seen = new Set<Module>()): boolean {
  if (seen.has(module)) return false;
  seen.add(module);
  if (module.exports.has(token)) return true;
  return [...module.imports].some(
    (imported) => module.exports.has(imported.metatype) && isExported(imported, token, seen),
  );
}
