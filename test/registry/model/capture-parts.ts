import type { RegistryParts } from '../../../libs/core/src/registry/registry-parts.js';

let latest: RegistryParts<unknown, unknown> | undefined;

/** Wraps `assembleRegistry` so that tests can read the internals of the registry that was made last. */
export function capturing<M extends { assembleRegistry: (...args: never[]) => unknown }>(actual: M): M {
  const assembleRegistry = (...args: never[]): unknown => {
    const parts = actual.assembleRegistry(...args);
    latest = parts as RegistryParts<unknown, unknown>;
    return parts;
  };
  return { ...actual, assembleRegistry };
}

/** The internals of the registry that was made last. */
export function latestParts<TClient>(): RegistryParts<TClient, unknown> {
  if (latest === undefined) throw new Error('No registry was made through the captured module.');
  return latest as RegistryParts<TClient, unknown>;
}
