import type { ModulesContainer } from '@nestjs/core';

/** A module of Nest's container. */
export type Module = ModulesContainer extends Map<string, infer M> ? M : never;

/** A provider or controller of Nest's container, with what it depends on. */
export type InstanceWrapper = Module['controllers' | 'providers'] extends Map<unknown, infer W> ? W : never;

/** The methods of a class and of the classes that it extends. */
export function handlersOf(prototype: object): ((...args: never[]) => unknown)[] {
  const methods = new Map<string, (...args: never[]) => unknown>();
  for (
    let level = prototype;
    level !== Object.prototype && level !== null;
    level = Object.getPrototypeOf(level) as object
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (name !== 'constructor' && typeof value === 'function' && !methods.has(name))
        methods.set(name, value as () => unknown);
    }
  }
  return [...methods.values()];
}

/** What is injected into a provider or controller, by constructor and by property. */
export function injectedInto(wrapper: InstanceWrapper): InstanceWrapper[] {
  const properties = wrapper.getPropertiesMetadata() ?? [];
  const dependencies: (InstanceWrapper | undefined)[] = [
    ...(wrapper.getCtorMetadata() ?? []),
    ...properties.map(({ wrapper: dependency }) => dependency as InstanceWrapper),
  ];
  return dependencies.filter((dependency) => dependency !== undefined);
}

/** What a provider or controller depends on: by injection, and through its own guards, pipes and interceptors. */
export function dependenciesOf(wrapper: InstanceWrapper): InstanceWrapper[] {
  return [...injectedInto(wrapper), ...(wrapper.getEnhancersMetadata() ?? [])];
}
