import { ModuleRef } from '@nestjs/core';
import { injectedInto } from './nest-graph.js';
import type { InstanceWrapper, Module } from './nest-graph.js';
import { getTenantClientToken } from '../tenant-client-tokens.js';

/**
 * Client kinds that a provider or controller reaches by constructor and property injection, however deep. What injects
 * `ModuleRef` may look up the kinds that its own module could inject.
 */
export function reachableKinds(start: InstanceWrapper, kinds: readonly string[]): readonly string[] {
  const tokens = new Map<unknown, string>(kinds.map((kind) => [getTenantClientToken(kind), kind]));
  const reached = new Set<string>();
  // A set continues with what is added while it is iterated.
  const seen = new Set([start]);
  for (const wrapper of seen) {
    const kind = tokens.get(wrapper.token);
    if (kind !== undefined) reached.add(kind);
    else if (wrapper.token !== ModuleRef) follow(wrapper, kinds, seen, reached);
  }
  return [...reached];
}

function follow(
  wrapper: InstanceWrapper,
  kinds: readonly string[],
  seen: Set<InstanceWrapper>,
  reached: Set<string>,
): void {
  const dependencies = injectedInto(wrapper);
  for (const dependency of dependencies) seen.add(dependency);
  if (!dependencies.some(({ token }) => token === ModuleRef)) return;
  for (const kind of visibleKinds(wrapper.host, kinds)) reached.add(kind);
}

function visibleKinds(module: Module | undefined, kinds: readonly string[]): readonly string[] {
  if (module === undefined) return [];
  return kinds.filter((kind) => {
    const token = getTenantClientToken(kind);
    return module.providers.has(token) || [...module.imports].some((imported) => isExported(imported, token));
  });
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
